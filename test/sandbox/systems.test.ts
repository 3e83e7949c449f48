import { readdirSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { sandboxConfig } from '../../cli/system/sandbox-config.ts';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { type Sandbox, startSandbox } from '../../sandbox/main.ts';
import { registry, systemNames } from '../../sandbox/registry.ts';
import { startReceiver } from './receiver.ts';

/** What else stands beside the systems, in the options of the sandbox and in what it answers. */
const TAKEN = ['ports', 'hooks', 'describe', 'close'];

const systems = systemNames.map((name) => registry[name]);

function foldersOf(room: string): string[] {
  const entries = readdirSync(new URL(`../../${room}/`, import.meta.url), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function readOnly(path: string, text: string): string {
  if (path === 'deskbridge.yaml') return text;
  throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
}

function twice(values: readonly (string | number)[]): (string | number)[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe('the systems of the sandbox', () => {
  it('are the folders beside core, each with a line in systems.ts under the name that it gives itself', () => {
    const folders = foldersOf('sandbox').filter((name) => name !== 'core');
    expect([...systemNames].sort()).toEqual(folders.sort());
    expect(systems.map(({ name }) => name)).toEqual(systemNames);
  });

  it('share no title, port, secret, connection or variable, and take no name that the sandbox needs itself', () => {
    const variables = systems.flatMap(({ connection }) => Object.keys(connection.variables));
    expect(twice(systems.map(({ title }) => title))).toEqual([]);
    expect(twice(systems.map(({ port }) => port))).toEqual([]);
    expect(twice(systems.map(({ secret }) => secret))).toEqual([]);
    expect(twice(systems.map(({ connection }) => connection.name))).toEqual([]);
    expect(twice(variables)).toEqual([]);
    expect(systemNames.filter((name) => TAKEN.includes(name))).toEqual([]);
  });

  it('keep the ports that they have always had', () => {
    const ports = Object.fromEntries(systems.map(({ name, port }) => [name, port]));
    expect(ports).toMatchObject({ deskwoot: 4701, chatwoot: 4702, stripe: 4703, slack: 4704 });
  });

  it('print connections that the schema takes, with every variable in its place', () => {
    const text = sandboxConfig({});
    const env = Object.fromEntries(systems.flatMap(({ connection }) => Object.entries(connection.variables)));
    const loaded = loadConfig({ path: 'deskbridge.yaml', env, readFile: (path) => readOnly(path, text) }, installed);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.connections.map(({ name }) => name).sort()).toEqual(systems.map(({ connection }) => connection.name).sort());
    for (const { name, connection } of systems) {
      const yaml = connection.yaml('http://127.0.0.1:1');
      expect([name, [...yaml.matchAll(/env:(\w+)/g)].map((match) => match[1])]).toEqual([name, Object.keys(connection.variables)]);
    }
  });
});

describe('a sandbox that runs', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  it.each(systemNames)('tells the origin of %s, and all that its printed connection names', (name) => {
    const described = sandbox.describe()[name];
    expect(described.origin).toBe(sandbox[name].origin);
    const known: unknown[] = Object.values(described);
    for (const [variable, value] of Object.entries(registry[name].connection.variables))
      expect([variable, known.includes(value)]).toEqual([variable, true]);
  });

  it('describes its systems in the order of their ports', () => {
    expect(Object.keys(sandbox.describe())).toEqual(systemNames);
  });

  it('has the channel of the printed example flow', () => {
    const channel = /channel: (\w+)/.exec(sandboxConfig({}))?.[1] ?? '';
    expect([...sandbox.slack.state.channels.keys()]).toContain(channel);
  });
});

it("what is given under a system's name overrides the rest, and what is signed with is what is described", async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const hooks = { stripe: 'http://127.0.0.1:1', deskwoot: receiver.url };
  const sandbox = await startSandbox({ hooks, stripe: { hook: receiver.url, secret: 'whsec_of_this_test' } });
  onTestFinished(() => sandbox.close());
  expect(sandbox.describe()).toMatchObject({
    stripe: { webhookSecret: 'whsec_of_this_test' },
    deskwoot: { webhookSecret: registry.deskwoot.secret },
  });
  expect(sandbox.stripe.destinations).toEqual([{ url: receiver.url, secrets: ['whsec_of_this_test'], payload: 'snapshot' }]);
  expect(sandbox.deskwoot.subscriptions).toEqual([{ url: receiver.url, secret: registry.deskwoot.secret }]);
});
