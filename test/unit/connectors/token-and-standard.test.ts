import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest, withHeaders } from '../../fixtures/raw-request.ts';
import { signStandard } from '../../fixtures/signers.ts';
import type { InboundEvent, Reading } from '../../../connectors/connector.ts';

const NOW = 1_700_000_000;
const TOKEN = 'a-long-and-random-token-for-wotnot';
const JSON_TYPE = { 'content-type': 'application/json' };
const wotnot = openInbound('wotnot', { type: 'wotnot', token: new Secret('t'), account: 876, webhookToken: new Secret(TOKEN) });

function events(reading: Reading): readonly InboundEvent[] {
  if (reading.kind !== 'events') throw new Error(reading.kind);
  return reading.events;
}

describe('WotNot requests', () => {
  it.each([
    ['the path', { ':path-token': TOKEN }, '{}', 'ok'],
    ['a bearer header', { authorization: `Bearer ${TOKEN}` }, '{}', 'ok'],
    ['a bare authorization header', { authorization: TOKEN }, '{}', 'ok'],
    ['the body', {}, JSON.stringify({ token: TOKEN }), 'ok'],
    ['a body of the token alone', {}, TOKEN, 'ok'],
    ['nowhere', {}, '{}', 'header_missing'],
    ['a query, which counts for nothing', { ':query': TOKEN }, '{}', 'header_missing'],
    ['the path, but wrong', { ':path-token': 'guess' }, '{}', 'token_mismatch'],
    ['the body, but as a number', {}, '{"token":5}', 'header_missing'],
  ])('accepts the token shown in %s', (_place, headers, body, verdict) => {
    const result = wotnot.verify(rawRequest({ ...JSON_TYPE, ...headers }, body), 0);
    expect(result.ok ? 'ok' : result.reason).toBe(verdict);
  });

  it('answers the token exchange with the same token, in the form it came', () => {
    expect(wotnot.read(rawRequest(JSON_TYPE, JSON.stringify({ token: TOKEN })))).toEqual({
      kind: 'handshake',
      name: 'token',
      answer: { contentType: 'application/json', body: JSON.stringify({ token: TOKEN }) },
    });
    expect(wotnot.read(rawRequest({ 'content-type': 'text/plain' }, TOKEN))).toEqual({
      kind: 'handshake',
      name: 'token',
      answer: { contentType: 'text/plain', body: TOKEN },
    });
  });

  it('makes a batch several events, each with its own part as body', () => {
    const batch = {
      events: [{ event: { type: 'message', payload: { external_key: 'k1' } } }, { event: { type: 'status', payload: {} } }, { odd: 1 }, 5],
    };
    const read = events(wotnot.read(rawRequest(JSON_TYPE, JSON.stringify(batch))));
    expect(read.map(({ topic, record, body }) => [topic, record, body.toString()])).toEqual([
      ['message', 'conversation:k1', '{"type":"message","payload":{"external_key":"k1"}}'],
      ['status', null, '{"type":"status","payload":{}}'],
      ['unknown', null, '{"odd":1}'],
      ['unknown', null, '{"value":5}'],
    ]);
  });

  it('knows an event again in another batch', () => {
    const event = { event: { type: 'message', payload: { external_key: 'k1' } } };
    const keys = [[event], [{ event: { type: 'x' } }, event]].map(
      (batch) => events(wotnot.read(rawRequest(JSON_TYPE, JSON.stringify({ events: batch })))).at(-1)?.dedupeKey,
    );
    expect(keys[0]).toBe(keys[1]);
  });

  it('warns of a token that can be guessed', () => {
    expect(wotnot.warnings()).toEqual([]);
    expect(
      openInbound('wotnot', { type: 'wotnot', token: new Secret('t'), account: 1, webhookToken: new Secret('Test') }).warnings(),
    ).toEqual([expect.stringContaining('fewer than 24')]);
  });
});

function secretOf(bytes: number): string {
  return `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
}

describe('Standard Webhooks', () => {
  const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const custom = openInbound('custom', { type: 'custom', secret: new Secret(SECRET) });
  const signed = rawRequest(signStandard(SECRET, '{"type":"a.b","data":{"id":7}}', NOW), '{"type":"a.b","data":{"id":7}}');
  const good = signed.headers.get('webhook-signature')?.[0] ?? '';

  it.each([
    [`v1,AAAA ${good}`, 'ok'],
    [`v2,abc ${good}`, 'ok'],
    ['v2,abc', 'version_unknown'],
    [good.slice(3), 'header_malformed'],
    [good.replace('v1,', 'v1a,'), 'header_malformed'],
    [`${good}${' v1,AAAA'.repeat(20)}`, 'too_many_signatures'],
    [good.replace('=', ''), 'header_malformed'],
  ])('judges %.40s as %s', (header, verdict) => {
    const result = custom.verify(withHeaders(signed, { 'webhook-signature': header }), NOW * 1000);
    expect(result.ok ? 'ok' : result.reason).toBe(verdict);
  });

  it('takes the webhook- spelling where both are there, whole', () => {
    expect(custom.verify(withHeaders(signed, { 'svix-signature': 'v1,x' }), NOW * 1000).ok).toBe(true);
    expect(custom.verify(withHeaders(signed, { 'webhook-id': null, 'svix-id': 'msg' }), NOW * 1000)).toEqual({
      ok: false,
      reason: 'header_missing',
    });
  });

  it('verifies ed25519 under a public key, beside symmetric secrets, and only what that key signed', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const inbound = openInbound('custom', { type: 'custom', secrets: [new Secret(SECRET), new Secret(`whpk_${raw.toString('base64')}`)] });
    const at = (body: string) =>
      rawRequest(
        {
          ...JSON_TYPE,
          'webhook-id': 'm',
          'webhook-timestamp': String(NOW),
          'webhook-signature': `v1a,${sign(null, Buffer.from(`m.${NOW}.{}`), privateKey).toString('base64')}`,
        },
        body,
      );
    expect(inbound.refusal()).toBeNull();
    expect(inbound.verify(at('{}'), NOW * 1000)).toEqual({ ok: true, secretIndex: 1 });
    expect(inbound.verify(at('{ }'), NOW * 1000)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  it.each([
    ['whpk_AAAA', 'expected whsec_…'],
    [secretOf(15), 'it has 15 bytes, expected 24 to 64 (16 at least): ask the sender for a longer one'],
    [secretOf(65), 'it has 65 bytes, expected 24 to 64'],
    ['whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD', 'expected whsec_…'],
    [' whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'expected whsec_…'],
  ])('refuses to start with the secret %s, and says why without saying it', (secret, why) => {
    const problem = openInbound('custom', { type: 'custom', secret: new Secret(secret) }).refusal() ?? '';
    expect(problem).toMatch(/^secret 1 of secret or secrets is not a Standard Webhooks secret: /);
    expect(problem).toContain(why);
    expect(problem).not.toContain(secret.trim());
  });

  it.each([16, 23])('takes a secret of %i bytes, which some senders give, and warns of it', (bytes) => {
    const short = secretOf(bytes);
    const inbound = openInbound('custom', { type: 'custom', secrets: [new Secret(SECRET), new Secret(short)] });
    expect(inbound.refusal()).toBeNull();
    expect(inbound.warnings()).toEqual([
      `secret 2 of secret or secrets has ${bytes} bytes, fewer than the 24 that Standard Webhooks asks for; it is used as it is: take a longer one where the sender lets you`,
    ]);
    const request = rawRequest(signStandard(short, '{}', NOW), '{}');
    expect(inbound.verify(request, NOW * 1000)).toEqual({ ok: true, secretIndex: 1 });
  });

  it('warns of nothing where secrets are long enough', () => {
    expect(custom.warnings()).toEqual([]);
    expect(openInbound('custom', { type: 'custom', secret: new Secret(secretOf(24)) }).warnings()).toEqual([]);
  });

  it("names events by the body's type, orders them by its object and keys them by the signed id", () => {
    expect(events(custom.read(signed))).toMatchObject([
      { topic: 'a.b', record: 'a:7', facts: { 'object.id': '7' }, dedupeKey: '["custom","msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"]' },
    ]);
  });
});
