import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  BegunVerification,
  Inbound,
  RawRequest,
  Reading,
  RequestHead,
  SenderHabits,
  Verification,
} from '../../connectors/connector.ts';

/** A sender made up for tests of the receiver: hex HMAC-SHA256 over time, dot, body. */
export interface FixtureSettings {
  readonly secrets: readonly string[];
  readonly habits: SenderHabits;
  readonly tenant?: string;
}

export const FIXTURE_SECRET = 'fixture-secret';
export const RETRYING: SenderHabits = { retries: true, unavailable: 503 };
export const FORGETFUL: SenderHabits = { retries: false, unavailable: 503 };
export const BOT: SenderHabits = { retries: false, unavailable: 500 };

export function fixtureSettings(over: Partial<FixtureSettings> = {}): FixtureSettings {
  return { secrets: [FIXTURE_SECRET], habits: RETRYING, ...over };
}

/** Headers of an authentic request of the made-up sender. */
export function signFixture(body: string | Buffer, nowMs: number, secret: string = FIXTURE_SECRET): Record<string, string> {
  const time = String(Math.floor(nowMs / 1000));
  return {
    'content-type': 'application/json',
    'x-fixture-time': time,
    'x-fixture-signature': digest(secret, time, Buffer.from(body)).toString('hex'),
  };
}

export const fixtureInbound: Inbound<FixtureSettings> = {
  refusal: (settings) =>
    settings.secrets.some((secret) => secret.trim() === '') || settings.secrets.length === 0 ? 'a secret is missing; set it' : null,
  handshake: (request) => (request.body.toString() === 'ping=1' ? { contentType: 'text/plain', body: 'pong' } : null),
  verify,
  beginVerify,
  read,
  facts: () => ({}),
  topics: {},
  sender: (settings) => settings.habits,
  sentAt: (request) => Number(request.headers.get('x-fixture-time')?.[0] ?? Number.NaN) * 1000,
};

function verify(request: RawRequest, settings: FixtureSettings, nowMs: number): Verification {
  const begun = beginVerify(request, settings, nowMs);
  if (!('update' in begun)) return begun;
  begun.update(request.body);
  return begun.end();
}

function beginVerify(request: RequestHead, settings: FixtureSettings, nowMs: number): BegunVerification {
  const [signature, ...more] = request.headers.get('x-fixture-signature') ?? [];
  const time = request.headers.get('x-fixture-time')?.[0];
  if (signature === undefined || time === undefined) return { ok: false, reason: 'header_missing' };
  if (more.length > 0) return { ok: false, reason: 'header_repeated' };
  if (Math.abs(nowMs / 1000 - Number(time)) > 300)
    return { ok: false, reason: Number(time) * 1000 > nowMs ? 'timestamp_future' : 'timestamp_stale' };
  const given = Buffer.from(signature, 'hex');
  const macs = settings.secrets.map((secret) => createHmac('sha256', secret).update(`${time}.`));
  return {
    update(piece) {
      for (const mac of macs) mac.update(piece);
    },
    end() {
      const index = macs.findIndex((mac) => given.length === 32 && timingSafeEqual(given, mac.digest()));
      return index < 0 ? { ok: false, reason: 'signature_mismatch' } : { ok: true, secretIndex: index };
    },
  };
}

function read(request: RawRequest, settings: FixtureSettings): Reading {
  const type = request.headers.get('content-type')?.[0] ?? '';
  if (!type.toLowerCase().startsWith('application/json'))
    return { kind: 'unusable', problem: 'the content type is not JSON', status: 415, park: false };
  const value = parse(request.body);
  if (value === undefined) return { kind: 'unusable', problem: 'the body is not a JSON object', status: 400, park: true };
  if (value['handshake'] === true)
    return { kind: 'handshake', name: 'fixture', answer: { contentType: 'application/json', body: '{"challenge":"c1"}' } };
  if (settings.tenant !== undefined && value['tenant'] !== settings.tenant) return { kind: 'foreign', problem: 'another tenant' };
  if (value['empty'] === true) return { kind: 'events', events: [] };
  return {
    kind: 'events',
    events: [{ topic: String(value['topic']), dedupeKey: String(value['id']), record: null, body: request.body, facts: {} }],
  };
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function digest(secret: string, time: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
