import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chatwootConfig } from '../../../connectors/chatwoot/config.ts';
import { installed } from '../../../config/installed.ts';
import { loadConfig } from '../../../config/read/load.ts';
import { connectorOf, connectors } from '../../../connectors/registry.ts';
import { shopOrigin, shopifyConfig } from '../../../connectors/shopify/config.ts';
import { Secret } from '../../../model/secret.ts';
import { inboundSamples } from '../../fixtures/inbound-samples.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';

function missing(path: string): never {
  throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
}

function problems(type: string, changes: object): readonly string[] {
  const result = connectorOf(type)?.config.safeParse({ ...inboundSamples.get(type)?.settings(['a secret of some length']), ...changes });
  return result?.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
}

describe('connection settings', () => {
  it('has one connector a type, registered under its own type', () => {
    expect([...connectors].map(([type, connector]) => [type, connector.type])).toEqual([...connectors.keys()].map((type) => [type, type]));
    expect([connectorOf('toString'), connectorOf('nobody')]).toEqual([undefined, undefined]);
  });

  it.each([...connectors.values()])('has an example of $type that loads as it stands', ({ type, example }) => {
    const place = type === 'deskwoot' || type === 'chatwoot' ? `helpdesk: ${example}` : `connections: { here: ${example} }`;
    const names = [...example.matchAll(/env:([A-Z_]+)/g)].map((found) => found[1] ?? '');
    const env = Object.fromEntries(names.map((name) => [name, `whsec_${Buffer.from(name.padEnd(24, '-')).toString('base64')}`]));
    const loaded = loadConfig(
      { path: 'deskbridge.yaml', env, readFile: (path) => (path === 'deskbridge.yaml' ? place : missing(path)) },
      installed,
    );
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  });

  it.each([...connectors.values()])('describes every field of $type', ({ config }) => {
    const shape = config instanceof z.ZodObject ? Object.entries(config.shape) : [];
    expect(shape.length).toBeGreaterThan(2);
    for (const [field, schema] of shape)
      expect({ field, description: z.globalRegistry.get(schema)?.description ?? '' }).toEqual({
        field,
        description: expect.stringMatching(/\.$/),
      });
  });

  it.each([...connectors.keys()])('takes a baseUrl for %s, drops its trailing slash, and refuses what is no origin', (type) => {
    expect(problems(type, { baseUrl: 'http://127.0.0.1:8080/' })).toEqual([]);
    for (const baseUrl of [
      'ftp://x.example',
      'x.example',
      'https://user:pass@x.example',
      'https://x.example?a=1',
      'https://x.example#a',
      'https://',
    ]) {
      expect({ baseUrl, problems: problems(type, { baseUrl }).length }).toEqual({ baseUrl, problems: 1 });
    }
  });

  it('takes a path below an origin only for WooCommerce, which may live in a folder', () => {
    expect([...connectors.keys()].filter((type) => problems(type, { baseUrl: 'https://x.example/shop' }).length === 0)).toEqual([
      'woocommerce',
    ]);
  });

  it.each([...connectors.keys()])('refuses unknown fields of %s', (type) => {
    expect(problems(type, { webhookSecrt: new Secret('x') })).toEqual([expect.stringContaining('webhookSecrt')]);
  });

  it('never takes a secret as plain text, nor says it', () => {
    expect(problems('deskwoot', { token: 'dw_plain' })).toEqual(['token: expected a secret by reference: env:NAME or file:path']);
  });

  it.each([0, -1, 1.5, 3601, '300', Number.NaN])('refuses %j as toleranceSeconds', (toleranceSeconds) => {
    expect(problems('stripe', { toleranceSeconds })).toHaveLength(1);
  });

  it('takes an account as number or text and keeps text', () => {
    expect(chatwootConfig.parse({ ...inboundSamples.get('chatwoot')?.settings([]), account: 3 }).account).toBe('3');
    expect(chatwootConfig.parse({ ...inboundSamples.get('chatwoot')?.settings([]), account: '3' }).account).toBe('3');
  });

  it("makes a shop's origin of its name unless one is given", () => {
    const shop = { type: 'shopify', shop: 'Acme.myshopify.com', clientId: 'c' };
    expect(shopOrigin(shopifyConfig.parse(shop))).toBe('https://acme.myshopify.com');
    expect(shopOrigin(shopifyConfig.parse({ ...shop, baseUrl: 'http://127.0.0.1:9/' }))).toBe('http://127.0.0.1:9');
  });

  it('uses a secret with whitespace around it as it is, and warns without saying it', () => {
    const inbound = openInbound('deskwoot', inboundSamples.get('deskwoot')?.settings([' padded ']) ?? {});
    expect(inbound.refusal()).toBeNull();
    expect(inbound.warnings()).toEqual([
      expect.stringMatching(/^secret 1 of webhookSecret or webhookSecrets starts or ends with whitespace/),
    ]);
    expect(inbound.warnings().join()).not.toContain('padded');
  });

  it('takes one secret and a list together, the one first', () => {
    const inbound = openInbound('stripe', {
      type: 'stripe',
      key: new Secret('k'),
      webhookSecret: new Secret('one'),
      webhookSecrets: [new Secret('two')],
    });
    const sample = inboundSamples.get('stripe');
    const verdicts = ['one', 'two'].map((secret) => sample && inbound.verify(sample.request(secret, 1_700_000_000), 1_700_000_000_000));
    expect(verdicts).toEqual([
      { ok: true, secretIndex: 0 },
      { ok: true, secretIndex: 1 },
    ]);
  });
});
