import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { inboundSamples } from '../fixtures/inbound-samples.ts';
import { openInbound } from '../fixtures/open-inbound.ts';
import { rawRequest, withBody, withHeaders } from '../fixtures/raw-request.ts';
import type { Reading, RawRequest } from '../../connectors/connector.ts';
import type { InboundSample } from '../fixtures/inbound-samples.ts';

const NOW_UNIX = 1_700_000_000;
const NOW_MS = NOW_UNIX * 1000;
const RUNS = 150;

function sampleOf(type: string): InboundSample {
  const sample = inboundSamples.get(type);
  if (sample === undefined) throw new Error(`connector ${type} has no sample in test/fixtures/inbound-samples.ts`);
  return sample;
}

function firstEvent(reading: Reading): { topic: string; record: string | null; dedupeKey: string; body: Buffer; facts: object } {
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(`expected an event, got ${reading.kind}`);
  return reading.events[0];
}

function flippedByte(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  copy[10] = (copy[10] ?? 0) ^ 1;
  return copy;
}

const receiving = [...connectors.values()].filter(({ receives }) => receives !== undefined);

describe.each(receiving.map(({ type }) => ({ type })))('inbound half of $type', ({ type }) => {
  const sample = sampleOf(type);
  const open = (...secrets: readonly string[]) => openInbound(type, sample.settings(secrets));
  const inbound = open(sample.secret);
  const request = sample.request(sample.secret, NOW_UNIX);

  it('accepts what its sender signs, and says which secret matched', () => {
    expect(inbound.verify(request, NOW_MS)).toEqual({ ok: true, secretIndex: 0 });
  });

  it('finds out from a body in pieces what it finds out from the whole, or does not try', () => {
    const requests = [
      request,
      sample.request(sample.otherSecret, NOW_UNIX),
      withBody(request, flippedByte(request.body)),
      sample.request(sample.secret, NOW_UNIX - 100_000),
      withHeaders(request, { [sample.proof]: [] }),
    ];
    for (const one of requests) {
      const begun = inbound.beginVerify(one, NOW_MS);
      if (begun === undefined) continue;
      if (!('update' in begun)) {
        expect(inbound.verify(one, NOW_MS)).toEqual(begun);
        continue;
      }
      for (let at = 0; at < one.body.length; at += 7) begun.update(one.body.subarray(at, at + 7));
      expect(begun.end()).toEqual(inbound.verify(one, NOW_MS));
    }
  });

  it('is given room for what its sender sends, above all where it sends once: whole e-mails, whole records', () => {
    const { retries, largestBody = 1_000_000 } = inbound.sender;
    expect(largestBody).toBeGreaterThanOrEqual(retries ? 1_000_000 : 8_000_000);
  });

  it('turns the request into an event with topic, record and facts', () => {
    const event = firstEvent(inbound.read(request));
    expect({ topic: event.topic, record: event.record }).toEqual({ topic: sample.topic, record: sample.record });
    expect(event.facts).toEqual(inbound.facts(event.topic, event.body));
  });

  it('gives every fact that its topic promises, of the promised type', () => {
    const event = firstEvent(inbound.read(request));
    for (const [field, kind] of Object.entries(inbound.topics[event.topic]?.facts ?? {})) {
      const value = new Map<string, unknown>(Object.entries(event.facts)).get(field);
      expect({ field, kind: value === null ? kind : typeof value }).toEqual({ field, kind });
    }
  });

  it('names every fact that it gives, with its type, as sure or as possible', () => {
    const event = firstEvent(inbound.read(request));
    // Whose senders name their own topics has one entry for all of them.
    const topic = inbound.topics[event.topic] ?? inbound.topics['unknown'];
    const named: { readonly [field: string]: string } = { ...topic?.facts, ...topic?.maybe };
    const given = Object.entries(event.facts).map(([field, value]) => [field, value === null ? (named[field] ?? 'named') : typeof value]);
    expect(named).toMatchObject(Object.fromEntries(given));
  });

  it('refuses to start without a secret, with an empty one, and with one of whitespace', () => {
    expect(inbound.refusal()).toBeNull();
    for (const secrets of [[], [''], [' \t\n']]) expect(open(...secrets).refusal()).toMatch(/secret|token/);
  });

  it.each(['', ' '])('accepts nothing under the blank secret %j, even when it is signed with it', (blank) => {
    expect(open(blank).verify(sample.request(blank, NOW_UNIX), NOW_MS).ok).toBe(false);
  });

  it('accepts nothing without any secret', () => {
    expect(open().verify(request, NOW_MS).ok).toBe(false);
  });

  it("refuses another secret's signature", () => {
    expect(inbound.verify(sample.request(sample.otherSecret, NOW_UNIX), NOW_MS)).toEqual({
      ok: false,
      reason: sample.signsBody ? 'signature_mismatch' : 'token_mismatch',
    });
  });

  it('tries every active secret, where it takes several', () => {
    const expected = sample.takesSeveralSecrets ? { ok: true, secretIndex: 1 } : { ok: false, reason: 'token_mismatch' };
    expect(open(sample.otherSecret, sample.secret).verify(request, NOW_MS)).toEqual(expected);
  });

  it('refuses a request without its proof, and with an empty one', () => {
    expect(inbound.verify(withHeaders(request, { [sample.proof]: null }), NOW_MS)).toEqual({ ok: false, reason: 'header_missing' });
    expect(inbound.verify(withHeaders(request, { [sample.proof]: '' }), NOW_MS)).toEqual({ ok: false, reason: 'header_missing' });
  });

  it.each(sample.single)('refuses a request with two copies of the header %s', (name) => {
    const value = request.headers.get(name)?.[0] ?? '';
    expect(inbound.verify(withHeaders(request, { [name]: [value, value] }), NOW_MS)).toEqual({ ok: false, reason: 'header_repeated' });
  });

  it('refuses a body that differs by one bit, a byte more, and none, where the body is signed', () => {
    const bodies = [flippedByte(request.body), Buffer.concat([request.body, Buffer.from('\n')]), Buffer.alloc(0)];
    for (const body of bodies) expect(inbound.verify(withBody(request, body), NOW_MS).ok).toBe(!sample.signsBody);
  });

  it('holds a signed time against 300 s in both directions, the last one included', () => {
    const at = (unix: number) => inbound.verify(sample.request(sample.secret, unix), NOW_MS);
    expect([at(NOW_UNIX - 300).ok, at(NOW_UNIX + 300).ok]).toEqual([true, true]);
    if (!sample.signsTime) return;
    expect(at(NOW_UNIX - 301)).toEqual({ ok: false, reason: 'timestamp_stale' });
    expect(at(NOW_UNIX + 301)).toEqual({ ok: false, reason: 'timestamp_future' });
  });

  it.each([
    'x',
    'sha1=00',
    'v0=',
    'v1,',
    't=1,v1=',
    '\u0000',
    'é',
    'A'.repeat(5000),
    't=1,'.repeat(900),
    'v1,x '.repeat(900),
    'v1=00,'.repeat(500),
  ])('refuses the proof %.20s without throwing', (value) => {
    expect(inbound.verify(withHeaders(request, { [sample.proof]: value }), NOW_MS).ok).toBe(false);
  });

  it('gives the copies of an event one key, whenever they are sent, and another event another', () => {
    const key = (unix: number, body?: string) => firstEvent(inbound.read(sample.request(sample.secret, unix, body))).dedupeKey;
    expect(key(NOW_UNIX + 60)).toBe(key(NOW_UNIX));
    expect(key(NOW_UNIX, sample.body.replace(...sample.another))).not.toBe(key(NOW_UNIX));
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['broken JSON', '} no JSON ]['],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '5'],
    ['deep nesting', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`],
    ['10,001 keys', `{${Array.from({ length: 10_001 }, (_, index) => `"k${index}":1`).join(',')}}`],
  ])('cannot use %s', (_name, body) => {
    const reading = inbound.read(sample.request(sample.secret, NOW_UNIX, body));
    expect(reading).toMatchObject({ kind: 'unusable', status: 400, park: !inbound.sender.retries });
  });

  it('reads a body with a byte order mark as one without', () => {
    const reading = inbound.read(
      sample.request(sample.secret, NOW_UNIX, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(sample.body)])),
    );
    expect(firstEvent(reading)).toMatchObject({ topic: sample.topic, record: sample.record });
  });

  it('has no use for an empty body, or nothing to do', () => {
    const reading = inbound.read(sample.request(sample.secret, NOW_UNIX, ''));
    expect(reading).toMatchObject(sample.emptyIsFine ? { kind: 'events', events: [] } : { kind: 'unusable', status: 400 });
  });

  it('tells a missing content type (400) from one it does not take (415), and ignores parameters and case', () => {
    expect(inbound.read(withHeaders(request, { 'content-type': null }))).toMatchObject({ kind: 'unusable', status: 400 });
    expect(inbound.read(withHeaders(request, { 'content-type': 'text/xml' }))).toMatchObject({ kind: 'unusable', status: 415 });
    expect(inbound.read(withHeaders(request, { 'content-type': 'Application/JSON; charset="utf-8"' })).kind).toBe('events');
  });

  it('keeps an unknown event type as an event', () => {
    expect(inbound.read(sample.request(sample.secret, NOW_UNIX, '{"hello":"world"}')).kind).toBe('events');
  });

  it('is not fooled by keys such as __proto__', () => {
    const body = `{"__proto__":{"event":"message.created","type":"x"},"constructor":{"prototype":1},${sample.body.slice(1)}`;
    expect(firstEvent(inbound.read(sample.request(sample.secret, NOW_UNIX, body))).topic).toBe(sample.topic);
  });

  it('never throws, whatever the headers and the body', () => {
    const names = fc.constantFrom(...request.headers.keys(), ':path-token', 'content-type', 'authorization');
    const headers = fc.dictionary(
      names,
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...[...request.headers.values()].flat())), { maxLength: 3 }),
    );
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(headers, body, (some, bytes) => tryAll({ headers: rawRequest(some, '').headers, body: bytes })),
      { numRuns: RUNS },
    );
  });

  it('reads any JSON object without throwing, and gives bounded printable names', () => {
    fc.assert(
      fc.property(
        fc.object({
          key: fc.constantFrom(
            'event',
            'type',
            'id',
            'data',
            'object',
            'payload',
            'account',
            'customer',
            'sender',
            'events',
            'conversation',
            'channel',
            'x',
          ),
        }),
        (value) => {
          const reading = inbound.read(sample.request(sample.secret, NOW_UNIX, JSON.stringify(value)));
          if (reading.kind !== 'events') return;
          for (const event of reading.events) expect(event.topic).toMatch(/^[\x21-\x7e]{1,210}$/);
        },
      ),
      { numRuns: RUNS },
    );
  });

  function tryAll(hostile: RawRequest): void {
    inbound.handshake(hostile);
    inbound.verify(hostile, NOW_MS);
    inbound.read(hostile);
    inbound.facts(sample.topic, hostile.body);
  }
});
