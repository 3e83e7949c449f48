import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../config/read/report.ts';
import { Secret } from '../../model/secret.ts';
import { ENV, load, problemsOf, type ShopSettings, WORLD } from './catalog.ts';

const SECRET = 'sk_live_do_not_print_me';

/** The shop of a text with one connection, which must be right. */
function shopOf(fields: string, options: Parameters<typeof load>[1] = {}): { settings: ShopSettings; warnings: readonly string[] } {
  const loaded = load(`connections:\n  store: { type: shop, webhookSecrets: [env:HOOK], ${fields} }\n`, options);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  const [connection] = loaded.config.connections;
  if (connection === undefined || connection.settings.type !== 'shop') throw new Error('no shop');
  return { settings: connection.settings, warnings: loaded.warnings.map((warning) => `${warning.path}: ${warning.found}`) };
}

describe('a reference', () => {
  it('to a variable becomes a secret, also inside lists and where the schema refines it', () => {
    const { settings } = shopOf('key: env:KEY');
    expect(settings.key).toBeInstanceOf(Secret);
    expect(settings.webhookSecrets.map((secret) => secret.reveal())).toEqual(['hook-text']);
  });

  it.each([
    ['text', 'text'],
    ['text\n', 'text'],
    ['text\r\n', 'text'],
    ['text\n\n', 'text\n'],
    [' text ', ' text '],
  ])('to a file that holds %j is %j', (content, expected) => {
    const { settings } = shopOf('key: file:secrets/key', { files: { '/etc/desk/secrets/key': content } });
    expect(settings.key.reveal()).toBe(expected);
  });

  it('is taken from an absolute path as it is', () => {
    expect(shopOf('key: file:/run/key', { files: { '/run/key': 'k' } }).settings.key.reveal()).toBe('k');
  });

  it('whose text has white space around it is kept, with a warning that does not show it', () => {
    const { settings, warnings } = shopOf('key: env:KEY', { env: { ...ENV, KEY: ` ${SECRET}` } });
    expect(settings.key.reveal()).toBe(` ${SECRET}`);
    expect(warnings).toEqual(['connections.store.key: env:KEY holds white space at its start or end; it is used as it is']);
  });

  it.each([
    ['baseUrl: env:V', 'https://x.test', 'baseUrl', 'https://x.test'],
    ['tries: env:V', '3', 'tries', 3],
    ['live: env:V', 'false', 'live', false],
    ['live: env:V', 'true', 'live', true],
  ] as const)('in a plain field is revealed and typed: %s with %s', (field, text, name, value) => {
    expect(shopOf(`key: env:KEY, ${field}`, { env: { ...ENV, V: text } }).settings[name]).toBe(value);
  });

  it.each(['False', 'no', '0', '1', 'TRUE'])('is no boolean where the variable is %j', (text) => {
    const problems = problemsOf('connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK], live: env:V } }', {
      env: { ...ENV, V: text },
    });
    expect(problems.map((problem) => [problem.expected, problem.found])).toEqual([['true or false', 'the value of env:V (not shown)']]);
  });
});

describe('a reference is refused', () => {
  it.each([
    ['env:NOPE', 'NOPE is not set'],
    ['env:EMPTY', 'EMPTY is empty'],
    ['env:BLANK', 'BLANK is empty'],
    ['"env:"', 'no such name'],
    ['env:A-B', 'no such name'],
    ['file:nope', 'nope cannot be read'],
    ['file:empty', 'empty is empty'],
    ['"file:"', 'no path'],
  ])('%s: %s', (reference, found) => {
    const options = { env: { ...ENV, EMPTY: '', BLANK: '  ' }, files: { '/etc/desk/empty': '\n' } };
    const problems = problemsOf(`connections: { store: { type: shop, key: ${reference}, webhookSecrets: [env:HOOK] } }`, options);
    expect(problems.map((problem) => [problem.path, problem.found])).toEqual([['connections.store.key', found]]);
  });
});

describe('a secret is never shown', () => {
  it.each([
    ['as a plain text in its own field', `connections: { store: { type: shop, key: ${SECRET}, webhookSecrets: [env:HOOK] } }`],
    ['in a list of secrets', `connections: { store: { type: shop, key: env:KEY, webhookSecrets: [${SECRET}] } }`],
    ['in a plain field by mistake', `connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK], tries: ${SECRET} } }`],
    ['in a plain field by reference', `connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK], tries: env:S } }`],
    ['under an unknown key', `connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK], kez: ${SECRET} } }`],
    ['as a key', `connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK], ${SECRET}: 1 } }`],
    ['as a log level', `log: { level: ${SECRET} }`],
    ['as a connection', `connections: { store: ${SECRET} }`],
    ['as a type', `connections: { store: { type: ${SECRET} } }`],
    ['as a refused refined secret', 'helpdesk: { type: deskwoot, account: a, token: env:TWO }'],
  ])('%s', (_title, text) => {
    const problems = problemsOf(text, { env: { ...ENV, S: SECRET, TWO: 'abc' } });
    const shown = formatProblems(problems);
    expect(problems).toHaveLength(1);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain('abc');
  });
});

describe('.env beside the configuration', () => {
  const text = 'connections: { store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK] } }';

  it('gives variables, and the real environment wins', () => {
    const loaded = load(text, { env: { HOOK: 'real' }, files: { '/etc/desk/.env': 'KEY=from-file\nHOOK=from-file\n' } });
    const settings = loaded.ok ? loaded.config.connections[0]?.settings : undefined;
    expect(settings?.type === 'shop' ? [settings.key.reveal(), settings.webhookSecrets[0]?.reveal()] : []).toEqual(['from-file', 'real']);
  });

  it('is refused with the line that cannot be read, which is not shown', () => {
    const problems = problemsOf(text, { files: { '/etc/desk/.env': `A=1\n${SECRET}\n` } });
    expect(problems.map((problem) => [problem.file, problem.line])).toEqual([['/etc/desk/.env', 2]]);
    expect(formatProblems(problems)).not.toContain(SECRET);
  });

  it('may be missing', () => {
    expect(load(WORLD).ok).toBe(true);
  });
});
