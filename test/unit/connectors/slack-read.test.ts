import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest } from '../../fixtures/raw-request.ts';
import { signSlack } from '../../fixtures/signers.ts';
import type { InboundEvent, Reading } from '../../../connectors/connector.ts';

const NOW = 1_700_000_000;
const FORM = 'application/x-www-form-urlencoded';
const inbound = openInbound('slack', { type: 'slack', token: new Secret('t'), signingSecret: new Secret('s'), appId: 'A1' });
const ACTION = {
  type: 'block_actions',
  api_app_id: 'A1',
  team: { id: 'T1' },
  user: { id: 'U1' },
  channel: { id: 'C1' },
  trigger_id: '13.1',
  message: { ts: '2.1', thread_ts: '1.1' },
  actions: [{ action_id: 'conv.resolve', value: 'x' }],
};

function read(body: string, type: string, unix = NOW): Reading {
  return inbound.read(rawRequest(signSlack('s', body, unix, type), body));
}

function form(fields: { readonly [name: string]: string }, unix = NOW): Reading {
  return read(new URLSearchParams(fields).toString(), FORM, unix);
}

function json(body: object): Reading {
  return read(JSON.stringify(body), 'application/json');
}

function eventOf(reading: Reading): InboundEvent {
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(reading.kind);
  return reading.events[0];
}

describe('Slack requests', () => {
  it('answers a signed URL verification with its challenge', () => {
    expect(json({ type: 'url_verification', challenge: 'c"1', token: 'z' })).toEqual({
      kind: 'handshake',
      name: 'url_verification',
      answer: { contentType: 'application/json', body: '{"challenge":"c\\"1"}' },
    });
  });

  it.each([
    ['ssl_check=1', FORM, true],
    ['ssl_check=1&token=t&payload=%7B%7D', `${FORM}; charset=utf-8`, true],
    ['ssl_check=0', FORM, false],
    ['ssl_check=true', FORM, false],
    ['ssl_check=', FORM, false],
    ['ssl_check=11', FORM, false],
    ['ssl_check=1&ssl_check=1', FORM, false],
    ['{"ssl_check":1}', 'application/json', false],
    ['ssl_check=1', 'application/json', false],
    ['', FORM, false],
  ])('treats the unsigned body %s (%s) as a certificate check: %s', (body, type, expected) => {
    expect(inbound.handshake(rawRequest({ 'content-type': type }, body))).toEqual(
      expected ? { contentType: 'text/plain', body: '' } : null,
    );
  });

  it("orders messages by their thread, a thread's first message by itself", () => {
    const message = (event: object): string | null =>
      eventOf(json({ type: 'event_callback', team_id: 'T1', event_id: 'Ev', event: { type: 'message', channel: 'C1', ...event } })).record;
    expect([message({ ts: '1.1' }), message({ ts: '2.1', thread_ts: '1.1' }), message({})]).toEqual([
      'conversation:C1:1.1',
      'conversation:C1:1.1',
      null,
    ]);
  });

  it('orders a reaction with the message it is on', () => {
    const reading = json({
      type: 'event_callback',
      team_id: 'T1',
      event_id: 'Ev',
      event: { type: 'reaction_added', user: 'U1', item: { channel: 'C1', ts: '1.1' } },
    });
    expect(eventOf(reading)).toMatchObject({
      topic: 'event.reaction_added',
      record: 'conversation:C1:1.1',
      facts: { 'channel.id': 'C1', 'user.id': 'U1' },
    });
  });

  it('keeps teams apart that share an event id', () => {
    const key = (team: string): string =>
      eventOf(json({ type: 'event_callback', team_id: team, event_id: 'Ev1', event: { type: 'message' } })).dedupeKey;
    expect(key('T1')).not.toBe(key('T2'));
  });

  it('turns a slash command into an event whose body is JSON without the retired token', () => {
    const event = eventOf(
      form({ token: 'retired', team_id: 'T1', channel_id: 'C1', user_id: 'U1', command: '/desk', text: 'open 5', trigger_id: '13.1' }),
    );
    expect(event).toMatchObject({
      topic: 'command.desk',
      record: null,
      facts: { command: '/desk', 'channel.id': 'C1', 'user.id': 'U1', 'team.id': 'T1' },
    });
    expect(JSON.parse(event.body.toString())).toEqual({
      team_id: 'T1',
      channel_id: 'C1',
      user_id: 'U1',
      command: '/desk',
      text: 'open 5',
      trigger_id: '13.1',
    });
  });

  it('turns an interaction into an event whose body is its payload', () => {
    const event = eventOf(form({ payload: JSON.stringify(ACTION) }));
    expect(event).toMatchObject({
      topic: 'interaction.block_actions',
      record: 'conversation:C1:1.1',
      facts: { 'action.id': 'conv.resolve', 'message.ts': '2.1', 'thread.ts': '1.1' },
    });
    expect(JSON.parse(event.body.toString())).toEqual(ACTION);
    expect(inbound.facts(event.topic, event.body)).toEqual(event.facts);
  });

  it('keeps two equal acts apart by their trigger, and without one by their time', () => {
    const key = (fields: { readonly [name: string]: string }, unix?: number): string => eventOf(form(fields, unix)).dedupeKey;
    expect(key({ command: '/a', trigger_id: '1' })).not.toBe(key({ command: '/a', trigger_id: '2' }));
    expect(key({ command: '/a', trigger_id: '1' }, NOW + 1)).toBe(key({ command: '/a', trigger_id: '1' }));
    expect(key({ command: '/a' }, NOW + 1)).not.toBe(key({ command: '/a' }));
  });

  it("refuses another app's request as foreign", () => {
    expect(json({ type: 'event_callback', api_app_id: 'A2', event: { type: 'message' } }).kind).toBe('foreign');
    expect(form({ payload: JSON.stringify({ ...ACTION, api_app_id: 'A2' }) }).kind).toBe('foreign');
    expect(form({ command: '/a', api_app_id: 'A2' }).kind).toBe('foreign');
  });

  it.each([
    ['neither payload nor command', 'text=hello'],
    ['a payload that is no JSON', 'payload=hello'],
    ['two payloads', 'payload=%7B%7D&payload=%7B%7D'],
    ['too many fields', `command=/a&${'a=1&'.repeat(101)}`],
  ])('cannot use a form with %s', (_name, body) => {
    expect(read(body, FORM)).toMatchObject({ kind: 'unusable', status: 400, park: false });
  });

  it("keeps a form's __proto__ field as a field", () => {
    expect(eventOf(form({ __proto__x: '1', command: '/a' })).topic).toBe('command.a');
    expect(eventOf(read('__proto__=x&command=/a', FORM)).body.toString()).toBe('{"__proto__":"x","command":"/a"}');
  });
});
