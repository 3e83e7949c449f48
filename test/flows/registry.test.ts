import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { flowKinds } from '../../flows/registry.ts';
import { runOf } from '../../flows/runs.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import { flowSamples } from '../fixtures/flow-samples.ts';
import { createRecordingSteps, eventOf } from './recording-steps.ts';

const sample = z.object({ with: z.record(z.string(), z.json()) });
const LEAST: { readonly [flow: string]: JsonObject } = Object.fromEntries(
  Object.entries(flowSamples).map(([kind, yaml]) => [kind, sample.parse(parse(yaml)).with]),
);
const ROLES = new Map([
  ['helpdesk', { type: 'deskwoot', roles: ['helpdesk'] }],
  ['team', { type: 'slack', roles: ['chat'] }],
  ['billing', { type: 'stripe', roles: ['billing'] }],
]);

function check(flow: string, options: JsonObject): readonly Finding[] {
  const kind = flowKinds.get(flow);
  return kind === undefined
    ? []
    : kind.check(kind.options.parse(options), {
        connection: (name) => ROLES.get(name),
        typesWith: (role) => [`a type with the role ${role}`],
      });
}

describe('flow kinds', () => {
  it('stand under their own names, and are all tried here', () => {
    expect([...flowKinds].every(([name, kind]) => kind.name === name)).toBe(true);
    expect([...flowKinds.keys()].sort()).toEqual(Object.keys(LEAST).sort());
  });

  it.each(Object.keys(LEAST))('%s: its run understands what its schema returns, through JSON', async (flow) => {
    const options: JsonObject = JSON.parse(JSON.stringify(flowKinds.get(flow)?.options.parse(LEAST[flow])));
    const outcome = await runOf({ flow: { do: flow, options } })(createRecordingSteps().steps, eventOf('x', 'y', {}), options);
    expect(outcome.outcome).toBe('ignored');
  });

  it('of which this program has no run are a deployment mistake', () => {
    expect(() => runOf({ flow: { do: 'constructor', options: {} } })).toThrow('This worker does not know the flow kind constructor');
  });

  it.each(Object.keys(LEAST))('%s: the defaults pass their own check', (flow) => {
    expect(check(flow, LEAST[flow] ?? {})).toEqual([]);
  });

  it.each([
    ['open-conversation', {}],
    ['open-conversation', { inbox: ' ' }],
    ['open-conversation', { inbox: 'Billing', lable: 'x' }],
    ['open-conversation', { inbox: 'Billing', priority: 'now' }],
    ['open-conversation', { inbox: 'Billing', note: '' }],
    ['slack-thread', { connection: 'team' }],
    ['slack-thread', { connection: 'team', channel: '#general' }],
    ['slack-thread', { connection: 'team', channel: 'C0123', privateNotes: 'false' }],
  ])('%s refuses the options %j', (flow, options) => {
    expect(flowKinds.get(flow)?.options.safeParse(options).success).toBe(false);
  });

  it('names the connections whose gates hold a flow', () => {
    expect(flowKinds.get('slack-thread')?.connections({ ...LEAST['slack-thread'] })).toEqual(['team']);
    expect(flowKinds.get('open-conversation')?.connections({ connection: 'desk' })).toEqual(['desk']);
  });

  it.each([
    ['open-conversation', { inbox: 'B', connection: 'team' }, ['connection'], 'team, which is a slack connection'],
    ['open-conversation', { inbox: 'B', connection: 'nowhere' }, ['connection'], 'nowhere, which is no connection'],
    ['open-conversation', { inbox: 'B', note: '{{invoice.amuont}}' }, ['note'], '{{invoice.amuont}}'],
    ['open-conversation', { inbox: 'B', opening: '{{invoice.dashboard}}' }, ['opening'], '{{invoice.dashboard}}'],
    ['slack-thread', { connection: 'helpdesk', channel: 'C0123' }, ['connection'], 'helpdesk, which is a deskwoot connection'],
    ['slack-thread', { connection: 'team', channel: 'C0123', header: '{{text}}' }, ['header'], '{{text}}'],
    ['slack-thread', { connection: 'team', channel: 'C0123', message: '{{text' }, ['message'], '{{'],
  ])('%s reports what is wrong with %j', (flow, options, path, found) => {
    const problems = check(flow, options);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path, found });
    expect(problems[0]?.hint).not.toBe('');
  });
});
