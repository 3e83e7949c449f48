import { describe, expect, it } from 'vitest';
import { serve } from '../helpers/http-server.ts';
import { openCli } from './cli.ts';

describe('check', () => {
  it('prints every problem and ends with 2', async () => {
    const cli = await openCli({ env: {} });
    const { code, out, err } = await cli.run('check');
    expect([code, out]).toEqual([2, '']);
    for (const name of ['DESK_TOKEN', 'DESK_SECRET', 'STRIPE_KEY', 'STRIPE_SECRET']) expect(err).toContain(name);
    expect(err).toContain('4 problems. Nothing was started.');
  });

  it('prints problems as one JSON document', async () => {
    const cli = await openCli({ env: {} });
    const ran = await cli.run('check', '--json');
    expect(ran.code).toBe(2);
    expect(ran.json()).toMatchObject({ ok: false, problems: [{ file: 'deskbridge.yaml', path: 'helpdesk.token', line: 3 }, {}, {}, {}] });
  });

  it('summarises a complete configuration with webhook addresses, and shows no secret', async () => {
    const cli = await openCli();
    const { code, out, err } = await cli.run('check');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('https://hooks.example.com/webhooks/billing');
    expect(out).toMatch(/dunning +open-conversation +billing\/invoice\.payment_failed/);
    expect(out).not.toContain('hidden');
  });

  it('has the summary as JSON', async () => {
    const cli = await openCli();
    expect((await cli.run('check', '--json')).json()).toMatchObject({
      ok: true,
      connections: [{ name: 'helpdesk', type: 'deskwoot', webhook: 'https://hooks.example.com/webhooks/helpdesk' }, { name: 'billing' }],
      flows: [{ name: 'dunning', do: 'open-conversation', on: ['billing/invoice.payment_failed'], paused: false }],
      online: null,
    });
  });

  it('shows warnings, as text and as JSON, and is content all the same', async () => {
    const secret = `whsec_${Buffer.alloc(16, 7).toString('base64')}`;
    const config = 'connections:\n  orders: { type: custom, secret: env:SHORT }\n';
    const cli = await openCli({ config, env: { SHORT: secret } });
    const text = await cli.run('check');
    expect([text.code, text.err]).toEqual([0, '']);
    expect(text.out).toMatch(
      /warning: deskbridge\.yaml:2:11 {2}connections\.orders\n[^]*found +secret 1 of secret or secrets has 16 bytes/,
    );
    const json = await cli.run('check', '--json');
    expect(json.code).toBe(0);
    expect(json.json()).toMatchObject({
      ok: true,
      problems: [],
      warnings: [{ path: 'connections.orders', line: 2, found: expect.stringContaining('has 16 bytes') }],
    });
    expect(text.out + json.out).not.toContain(secret.slice('whsec_'.length));
  });

  it('refuses embedded parts as production would, when asked', async () => {
    const cli = await openCli();
    const { code, err } = await cli.run('check', '--production');
    expect(code).toBe(2);
    expect(err).toContain('Set `store.url` to a PostgreSQL database.');
  });

  it('names every part that does not answer, and ends with 1', async () => {
    const cli = await openCli();
    const { code, out, err } = await cli.run('check', '--online');
    expect(code).toBe(1);
    expect(out).toMatch(/store +FAILED +There is no store at/);
    expect(out).toMatch(/helpdesk +FAILED/);
    expect(err).toContain('3 parts did not answer as they should: store, helpdesk, billing.');
    expect(out + err).not.toContain('hidden');
  });

  it.each<[string, string, RegExp]>([
    ['chat:write', 'FAILED', /answers\. The token lacks the scopes channels:history and groups:history: .* parks\. Add the first/],
    ['chat:write,channels:history', 'ok', /answers\. The token lacks the scope groups:history: in private channels/],
    ['chat:write,channels:history,groups:history', 'ok', /answers$/m],
  ])('says which scopes a Slack token with %s lacks, and what that costs', async (scopes, state, text) => {
    const slack = await serve(() => ({ json: { ok: true }, headers: { 'x-oauth-scopes': scopes } }));
    const team = `team: { type: slack, baseUrl: '${slack.url}', token: env:SLACK_TOKEN, signingSecret: env:SLACK_SECRET }`;
    const cli = await openCli({ config: `connections:\n  ${team}\n`, env: { SLACK_TOKEN: 'xoxb-hidden', SLACK_SECRET: 'hidden' } });
    const { out } = await cli.run('check', '--online');
    const line = out.split('\n').find((one) => /^team +(?:ok|FAILED) /.test(one)) ?? '';
    expect(line).toContain(state);
    expect(line).toMatch(text);
  });

  it('says where it looked when there is no configuration', async () => {
    const cli = await openCli();
    const { code, err } = await cli.run('events', 'list', '--config', 'other.yaml');
    expect(code).toBe(2);
    expect(err).toContain('other.yaml:1:1');
    expect(err).toContain('--config');
  });
});

describe('the store of a command', () => {
  it('must exist: a command in the wrong folder says so rather than showing nothing', async () => {
    const cli = await openCli();
    const { code, out, err } = await cli.run('events', 'list');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^There is no store at .* yet: start Deskbridge once/);
  });

  it('does not answer: one sentence, without the address', async () => {
    const config = 'store: { url: env:URL }\ntemporal: { address: 127.0.0.1:9 }\n';
    const cli = await openCli({ config, env: { URL: 'postgres://me:hidden@127.0.0.1:9/db' } });
    const { code, err } = await cli.run('events', 'list');
    expect([code, err]).toEqual([1, 'The store does not answer. Check that PostgreSQL runs and that store.url names it.\n']);
  });
});

describe('docs and kinds', () => {
  it('prints the configuration reference', async () => {
    const cli = await openCli();
    expect((await cli.run('docs', 'configuration')).out).toMatch(/^# Configuration/);
    expect((await cli.run('docs', 'configuration', '--json')).json()).toEqual({ markdown: expect.stringContaining('# Configuration') });
  });

  it('lists what flows can do, with options and topics, without a configuration', async () => {
    const cli = await openCli({ config: 'broken: [' });
    const { code, out } = await cli.run('flows', 'kinds');
    expect(code).toBe(0);
    expect(out).toMatch(
      /do: open-conversation\n[^]*billing \([a-z, ]*\bstripe\b[a-z, ]*\): invoice\.payment_failed[^]*inbox +text +required/,
    );
    expect((await cli.run('flows', 'kinds', '--json')).json()).toMatchObject({
      kinds: expect.arrayContaining([expect.objectContaining({ name: 'slack-thread', order: 'record' })]),
    });
  });
});
