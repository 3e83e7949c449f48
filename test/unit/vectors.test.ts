import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../model/secret.ts';
import { hmacSha256 } from '../../connectors/receive/signature.ts';
import { openInbound } from '../fixtures/open-inbound.ts';
import { rawRequest } from '../fixtures/raw-request.ts';
import type { RawRequest, Reading } from '../../connectors/connector.ts';
import type { OpenInbound } from '../fixtures/open-inbound.ts';

const vectorCase = z.object({
  name: z.string(),
  now_unix: z.number(),
  secrets: z.array(z.string()),
  headers: z.record(z.string(), z.string()),
  body_b64: z.string(),
  expect: z.object({ verdict: z.enum(['accept', 'reject_signature', 'reject_body', 'reject_config']) }),
  dedupe_key: z.string().optional(),
  starts_workflow: z.boolean().optional(),
  expect_response_contains: z.string().optional(),
});
const vectorFile = z.object({ cases: z.array(vectorCase).min(1), secrets_that_must_be_refused: z.array(z.string()).optional() });
const primitiveFile = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      secret_utf8: z.string(),
      message_utf8: z.string(),
      encoding: z.enum(['hex', 'base64']),
      hmac_sha256: z.string(),
    }),
  ),
});

type VectorCase = z.infer<typeof vectorCase>;

const SETTINGS: { readonly [file: string]: (secrets: readonly Secret[]) => { readonly type: string } } = {
  'chatwoot.json': (secrets) => ({
    type: 'chatwoot',
    baseUrl: 'https://chat.example.com',
    account: 3,
    token: new Secret('t'),
    webhookSecrets: secrets,
  }),
  'shopify.json': (secrets) => ({ type: 'shopify', shop: 'shop1.myshopify.io', clientId: 'c', webhookSecrets: secrets }),
  'slack.json': (secrets) => ({ type: 'slack', token: new Secret('t'), signingSecrets: secrets }),
  'standard-webhooks.json': (secrets) => ({ type: 'custom', secrets }),
  'stripe.json': (secrets) => ({ type: 'stripe', key: new Secret('k'), webhookSecrets: secrets }),
  'woocommerce.json': (secrets) => ({
    type: 'woocommerce',
    baseUrl: 'https://shop.example',
    consumerKey: new Secret('k'),
    consumerSecret: new Secret('s'),
    webhookSecrets: secrets,
  }),
};

function load(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/vectors/${file}`, import.meta.url), 'utf8'));
}

function open(file: string, secrets: readonly string[]): OpenInbound {
  const settings = SETTINGS[file]?.(secrets.map((text) => new Secret(text)));
  if (settings === undefined) throw new Error(`no settings for ${file}`);
  return openInbound(settings.type, settings);
}

function toRequest(vector: VectorCase): RawRequest {
  return rawRequest(vector.headers, Buffer.from(vector.body_b64, 'base64'));
}

/** What the receiver does, as a verdict of the vectors. */
function judge(inbound: OpenInbound, vector: VectorCase): { verdict: string; reading: Reading | null; answer: string } {
  const request = toRequest(vector);
  const handshake = inbound.handshake(request);
  if (handshake !== null) return { verdict: 'accept', reading: null, answer: handshake.body };
  if (inbound.refusal() !== null) return { verdict: 'reject_config', reading: null, answer: '' };
  if (!inbound.verify(request, vector.now_unix * 1000).ok) return { verdict: 'reject_signature', reading: null, answer: '' };
  const reading = inbound.read(request);
  if (reading.kind === 'handshake') return { verdict: 'accept', reading, answer: reading.answer.body };
  return { verdict: reading.kind === 'events' ? 'accept' : 'reject_body', reading, answer: '' };
}

function keysOf(reading: Reading | null): readonly string[] {
  return reading?.kind === 'events' ? reading.events.map((event) => event.dedupeKey) : [];
}

describe.each(Object.keys(SETTINGS))('published vectors of %s', (file) => {
  const { cases, secrets_that_must_be_refused: refused } = vectorFile.parse(load(file));

  it.each(cases)('$name ends as $expect.verdict', (vector) => {
    const result = judge(open(file, vector.secrets), vector);
    expect(result.verdict).toBe(vector.expect.verdict);
    expect(result.answer).toContain(vector.expect_response_contains ?? '');
  });

  it('starts work where the vectors say so, once for one event', () => {
    const seen = new Set<string>();
    for (const vector of cases) {
      const fresh = keysOf(judge(open(file, vector.secrets), vector).reading).filter((key) => !seen.has(key));
      fresh.forEach((key) => seen.add(key));
      if (vector.starts_workflow !== undefined)
        expect({ name: vector.name, starts: fresh.length > 0 }).toEqual({ name: vector.name, starts: vector.starts_workflow });
    }
  });

  it('gives one key to cases of one event, and different keys to others', () => {
    const byEvent = new Map<string, Set<string>>();
    for (const vector of cases.filter((each) => each.dedupe_key !== undefined)) {
      const keys = byEvent.get(vector.dedupe_key ?? '') ?? new Set();
      keysOf(judge(open(file, vector.secrets), vector).reading).forEach((key) => keys.add(key));
      byEvent.set(vector.dedupe_key ?? '', keys);
    }
    expect([...byEvent.values()].map((keys) => keys.size)).toEqual([...byEvent].map(() => 1));
  });

  it.each(refused ?? [])('refuses the secret %j', (secret) => {
    expect(open(file, [secret]).refusal()).not.toBeNull();
  });
});

describe('published vectors of bare HMAC', () => {
  const { cases } = primitiveFile.parse(load('hmac-primitives.json'));

  it.each(cases)('$name comes out as published', ({ secret_utf8: secret, message_utf8: message, encoding, hmac_sha256: digest }) => {
    expect(hmacSha256(secret, message).toString(encoding)).toBe(digest);
    expect(createHmac('sha256', secret).update(message).digest(encoding)).toBe(digest);
  });
});
