import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { formatProblems, problemsToJson } from '../../config/read/report.ts';
import { Secret } from '../../model/secret.ts';
import { catalog, ENV, load, problemsOf, WORLD } from './catalog.ts';

describe('a configuration that is right', () => {
  const loaded = load(
    `${WORLD}flows:\n  - { name: paid, on: store/order.paid, do: tag, with: { label: paid }, when: { order.total: { gte: 10 } } }\n`,
  );
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  const { config } = loaded;

  it('comes with every default filled in, in milliseconds and bytes', () => {
    expect(config.server).toEqual({
      port: 8080,
      host: '127.0.0.1',
      maxConcurrent: 512,
      trustedProxies: [],
      lameDuck: 5000,
      admin: { host: '127.0.0.1' },
    });
    expect(config.store).toEqual({ retention: { bodies: 30 * 86_400_000, events: 90 * 86_400_000 } });
    expect(config.temporal).toBeUndefined();
    expect(config.log).toEqual({ level: 'info' });
  });

  it('holds its connections in order, the helpdesk first, secrets as secrets', () => {
    expect(config.connections.map(({ name, type }) => [name, type])).toEqual([
      ['helpdesk', 'deskwoot'],
      ['store', 'shop'],
    ]);
    const [, shop] = config.connections;
    const key = shop !== undefined && 'key' in shop.settings ? shop.settings.key : undefined;
    expect(key).toBeInstanceOf(Secret);
    expect(key?.reveal()).toBe('key-text');
  });

  it('prints no secret, however it is printed', () => {
    expect(JSON.stringify(config)).not.toContain('key-text');
    expect(String(config.connections[1]?.settings)).not.toContain('key-text');
  });

  it('holds its flows with options, filter and what they order by', () => {
    expect(config.flows).toEqual([
      {
        name: 'paid',
        on: [{ connection: 'store', topic: 'order.paid' }],
        do: 'tag',
        options: { label: 'paid', colour: 'red', desk: 'helpdesk' },
        when: [{ field: 'order.total', is: 'gte', limit: 10 }],
        credit: null,
        paused: false,
        order: 'record',
        coalesce: false,
        connections: ['helpdesk'],
      },
    ]);
  });

  it('is frozen in depth', () => {
    expect(Object.isFrozen(config.flows[0]?.on[0])).toBe(true);
    expect(Object.isFrozen(config.server)).toBe(true);
  });

  it('may be empty', () => {
    expect(load('').ok).toBe(true);
    expect(load('flows:\nconnections:\n').ok).toBe(true);
  });
});

describe('problems', () => {
  it('are all reported at once, in the order of the file, each with its line', () => {
    const text = [
      'server: { port: 99999, maxBody: 1 MB }',
      'helpdesk: { type: deskwoot, account: 17, tokn: env:TOKEN }',
      'connections:',
      '  store: { type: shop, key: env:UNSET, webhookSecrets: [env:HOOK], live: "false" }',
      'flows:',
      '  - { name: a, on: stor/order.paid, do: tag, with: { label: "", colour: gren } }',
      'logs: {}',
    ].join('\n');
    expect(problemsOf(text).map((problem) => [problem.line, problem.path, problem.expected, problem.found, problem.hint])).toEqual([
      [1, 'server.port', 'at most 65535', 'number 99999', 'TCP port to listen on; 0 takes a free one.'],
      [
        1,
        'server.maxBody',
        'a size: a whole number and one of B, kB, MB, GB, KiB, MiB, GiB, such as 1MB',
        'text "1 MB"',
        expect.stringContaining('Largest request body that is taken'),
      ],
      [2, 'helpdesk.token', expect.stringContaining('a secret by reference'), 'nothing', expect.any(String)],
      [2, 'helpdesk.account', 'a text', 'number 17', 'Put the value in quotes.'],
      [2, 'helpdesk.tokn', 'a known key', 'the unknown key "tokn"', 'Did you mean token? Known: type, account, token.'],
      [
        4,
        'connections.store.key',
        'an environment variable that is set',
        'UNSET is not set',
        expect.stringContaining('Set UNSET in the environment'),
      ],
      [4, 'connections.store.live', 'true or false', 'text "false"', 'Write true or false, without quotes; yes, no, on and off are texts.'],
      [6, 'flows[0].with.label', 'at least 1 characters', 'text ""', 'The label.'],
      [6, 'flows[0].with.colour', 'one of red, green', 'text "gren"', 'Did you mean green? Known: red, green.'],
      [7, 'logs', 'a known key', 'the unknown key "logs"', expect.stringContaining('Did you mean log?')],
    ]);
  });

  it.each([
    ['a key that stands twice', `${WORLD}log: { level: info }\nlog: { level: warn }\n`, 5, 'each key once'],
    ['a file that is not YAML', 'server: { port: 1\n', 2, 'YAML 1.2'],
    ['a file that is a list', '- 1\n', 1, 'a mapping of sections'],
    [
      'an alias bomb',
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      1,
      'YAML 1.2',
    ],
    [
      'an id too large to be exact',
      'helpdesk: { type: deskwoot, account: 12345678901234567890, token: env:TOKEN }',
      1,
      'a number that is exact',
    ],
    ['a connection without a type', 'connections: { store: { key: env:KEY } }', 1, 'one of shop, deskwoot'],
    ['a connection of an unknown type', 'connections: { store: { type: shopp } }', 1, 'one of shop, deskwoot'],
    ['a helpdesk that is none', 'helpdesk: { type: shop }', 1, 'one of deskwoot'],
    ['a connection named helpdesk', 'connections: { helpdesk: { type: shop } }', 1, 'another name'],
    [
      'a name with a slash',
      'connections: { a/b: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK] } }',
      1,
      expect.stringContaining('a name of lower-case letters'),
    ],
    [
      'a connection without the secret of its webhooks',
      'connections: { store: { type: shop, key: env:KEY } }',
      1,
      'what it takes to verify incoming webhooks',
    ],
    ['retention below 30 days', 'store: { retention: { events: 29d } }', 1, 'a duration of at least 30d and at most 3650d'],
    [
      'bodies kept longer than events',
      'store: { retention: { bodies: 60d, events: 30d } }',
      1,
      'retention.bodies no longer than retention.events',
    ],
    ['a store with both url and dir', 'store: { url: env:KEY, dir: x }', 1, 'either `url` (PostgreSQL) or `dir` (embedded), not both'],
    ['a short encryption key', 'encryption: { key: env:KEY }', 1, 'a key of 32 bytes, as base64 (44 characters) or hex (64 digits)'],
    ['an address with a scheme', 'temporal: { address: "https://x:1" }', 1, 'host:port, without a scheme, such as localhost:7233'],
    ['a public address with a path', 'server: { publicUrl: "https://x.test/hooks" }', 1, expect.stringContaining('an origin')],
    [
      'a contact sync, which this version does not run',
      'contactSync: [{ name: c, from: store, every: 15m }]',
      1,
      'nothing here: this version does not run it',
    ],
    [
      'a knowledge job, which this version does not run',
      'knowledge: [{ name: k, from: { portal: h }, to: { connection: a }, every: 1h }]',
      1,
      'nothing here: this version does not run it',
    ],
    [
      'yes for a boolean',
      `${WORLD}flows: [{ name: a, on: store/order.paid, do: tag, with: { label: x }, paused: yes }]`,
      4,
      'true or false',
    ],
  ])('%s is refused with its line and what is expected', (_title, text, line, expected) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => [problem.line, problem.expected])).toEqual([[line, expected]]);
    expect(problems[0]?.hint).not.toBe('');
  });

  it('name a missing file and what to do', () => {
    const missing = loadConfig(
      {
        path: 'deskbridge.yaml',
        env: {},
        readFile: () => {
          throw new Error('ENOENT');
        },
      },
      catalog,
    );
    expect(missing).toMatchObject({
      ok: false,
      problems: [{ file: 'deskbridge.yaml', line: 1, hint: expect.stringContaining('deskbridge.example.yaml') }],
    });
  });

  it('read as a place, what was expected, what was found and a hint', () => {
    const text = formatProblems(problemsOf('log: { level: inf }'));
    expect(text).toBe(
      [
        '/etc/desk/deskbridge.yaml:1:15  log.level',
        '  expected  one of fatal, error, warn, info, debug, trace, silent',
        '  found     text "inf"',
        '  hint      Did you mean info? Known: fatal, error, warn, info, debug, trace, silent.',
        '',
        '1 problem. Nothing was started.',
      ].join('\n'),
    );
  });

  it('come as JSON too', () => {
    expect(JSON.parse(problemsToJson(problemsOf('log: { level: inf }')))).toMatchObject({
      ok: false,
      problems: [{ path: 'log.level', line: 1, column: 15 }],
    });
  });
});

describe('whatever is in the file', () => {
  it('is answered with problems, never with an exception', () => {
    const key = fc.constantFrom(
      'server',
      'helpdesk',
      'connections',
      'flows',
      'store',
      'type',
      'name',
      'on',
      'do',
      'with',
      'when',
      'key',
      'billing',
      '__proto__',
      'toString',
    );
    const word = fc.constantFrom(
      'stripe',
      'slack',
      'slack-thread',
      'open-conversation',
      'helpdesk/message.created',
      'env:A',
      'env:',
      'file:x',
      '{{',
      '__proto__',
    );
    const leaf = fc.oneof(word, fc.string(), fc.double(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const readFile =
      (text: string) =>
      (path: string): string =>
        path === 'f' ? text : '';
    const check = (text: string): boolean =>
      typeof loadConfig({ path: 'f', env: { A: 'x' }, readFile: readFile(text) }, installed).ok === 'boolean';
    fc.assert(
      fc.property(fc.dictionary(key, tree), (file) => check(JSON.stringify(file))),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.string({ maxLength: 60 }), check), { numRuns: 200 });
  });
});

describe('production', () => {
  const DATABASE = { ...ENV, DB: 'postgres://localhost/x', ENC: 'A'.repeat(43) + '=' };

  it('refuses the embedded parts, each by name', () => {
    expect(problemsOf(WORLD, { production: true }).map((problem) => problem.path)).toEqual(['temporal', 'store', 'encryption']);
  });

  it.each([
    ['all of them by `true`', 'production: { allowEmbedded: true }', []],
    ['only those that are named', 'production: { allowEmbedded: [store, encryption] }', ['temporal']],
  ])('takes %s', (_title, section, refused) => {
    const loaded = load(`${WORLD}${section}\n`, { production: true });
    expect(loaded.ok ? [] : loaded.problems.map((problem) => problem.path)).toEqual(refused);
  });

  it('is content where nothing is embedded', () => {
    const text = `${WORLD}temporal: { address: "localhost:7233" }\nstore: { url: env:DB }\nencryption: { key: env:ENC }\n`;
    expect(load(text, { production: true, env: DATABASE }).ok).toBe(true);
  });

  it('is what NODE_ENV says where nobody else does', () => {
    expect(load(WORLD, { env: { ...ENV, NODE_ENV: 'production' } }).ok).toBe(false);
    expect(load(WORLD).ok).toBe(true);
  });
});
