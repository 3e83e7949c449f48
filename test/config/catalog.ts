import { z } from 'zod';
import type { Catalog } from '../../config/catalog.ts';
import type { Loaded } from '../../config/config.ts';
import { loadConfig } from '../../config/read/load.ts';
import type { Problem } from '../../config/read/problem.ts';
import { type Secret, secret } from '../../model/secret.ts';
import type { JsonObject } from '../../model/json.ts';
import type { FlowKind } from '../../flows/flow.ts';

const shop = z.strictObject({
  type: z.literal('shop'),
  baseUrl: z.url().default('https://shop.test').describe('Origin of the shop.'),
  key: secret.describe('API key.'),
  webhookSecrets: z.array(secret).default([]).describe('Signing secrets.'),
  tries: z.int().min(1).optional(),
  live: z.boolean().optional(),
});
const desk = z.strictObject({
  type: z.literal('deskwoot'),
  account: z.string(),
  token: secret.refine((text: Secret) => text.reveal().length > 3, { error: 'a longer token' }),
});

export type ShopSettings = z.infer<typeof shop>;
type DeskSettings = z.infer<typeof desk>;

const tag: FlowKind<string, JsonObject> = {
  name: 'tag',
  summary: 'Tags.',
  options: z.strictObject({
    label: z.string().min(1).describe('The label.'),
    colour: z.enum(['red', 'green']).default('red'),
    desk: z.string().default('helpdesk'),
  }),
  order: 'record',
  coalesce: false,
  asksSender: false,
  topics: { commerce: ['order.paid', 'order.made'] },
  connections: (options) => [String(options['desk'])],
  check: (options, context) =>
    context.connection(String(options['desk']))?.roles.includes('helpdesk') === true
      ? []
      : [{ path: ['desk'], expected: 'a helpdesk', found: String(options['desk']), hint: 'Name the helpdesk.' }],
};

/** A small world to test the loader in: one shop that sends, one helpdesk that does not. */
export const catalog: Catalog<ShopSettings | DeskSettings> = {
  connectors: new Map([
    [
      'shop',
      {
        type: 'shop',
        title: 'Shop',
        config: shop,
        calls: { ports: { commerce: {} } },
        receives: {
          refusal: (settings: ShopSettings | DeskSettings) =>
            'webhookSecrets' in settings && settings.webhookSecrets.length === 0 ? 'no webhookSecrets' : null,
          topics: {
            'order.paid': { facts: { 'order.total': 'number', 'order.status': 'string', 'order.test': 'boolean' } },
            'order.made': { facts: { 'order.total': 'string', 'order.status': 'string' } },
            'order.lost': { facts: {} },
          },
        },
      },
    ],
    ['deskwoot', { type: 'deskwoot', title: 'Deskwoot', config: desk, calls: { ports: { helpdesk: {} } } }],
  ]),
  jobs: new Map(),
  flowKinds: new Map([
    ['tag', tag],
    ['free', { ...tag, name: 'free', order: 'none' }],
  ]),
};

/** The top of a file that is right; flows or other sections are added below. */
export const WORLD = `helpdesk: { type: deskwoot, account: acc_1, token: env:TOKEN }
connections:
  store: { type: shop, key: env:KEY, webhookSecrets: [env:HOOK] }
`;

export const ENV = { TOKEN: 'token-text', KEY: 'key-text', HOOK: 'hook-text' };

/** Loads a text as `/etc/desk/deskbridge.yaml`, with other files beside it. */
export function load(
  text: string,
  options: { env?: Record<string, string>; files?: Record<string, string>; production?: boolean } = {},
  of = catalog,
): Loaded<ShopSettings | DeskSettings> {
  const files: Record<string, string> = { '/etc/desk/deskbridge.yaml': text, ...options.files };
  const readFile = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new Error(`no file ${path}`);
    return found;
  };
  const production = options.production === undefined ? {} : { production: options.production };
  return loadConfig({ path: '/etc/desk/deskbridge.yaml', env: options.env ?? ENV, readFile, ...production }, of);
}

/** The problems of a text that must be refused. */
export function problemsOf(text: string, options: Parameters<typeof load>[1] = {}, of = catalog): readonly Problem[] {
  const loaded = load(text, options, of);
  if (loaded.ok) throw new Error('the configuration was accepted');
  return loaded.problems;
}
