import { createGatherer } from './gather.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrivals } from './arrivals.ts';
import type { OversizedBody, PastReader } from './oversized.ts';

/** A request's exact bytes, or why they were not read. */
export type BodyReading =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly verdict: 'oversized'; readonly oversized: OversizedBody }
  | { readonly ok: false; readonly verdict: 'too_large' | 'too_slow' | 'encoded' | 'busy' | 'aborted'; readonly received: number };

/** How a body is read. */
export interface BodyOptions {
  readonly arrivals: Arrivals;
  readonly maxBytes: number;
  /** Called for a body over the limit: it is read past where that tells whether it is authentic; null: it isn't read. */
  beginPast(announcedBytes: number): PastReader | null;
}

/** Reads the exact bytes of a body, and never keeps more than `maxBytes`. Never rejects. */
export function readBody(request: IncomingMessage, response: ServerResponse, options: BodyOptions): Promise<BodyReading> {
  if (!isIdentity(request.headers['content-encoding'])) return Promise.resolve({ ok: false, verdict: 'encoded', received: 0 });
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced <= options.maxBytes) {
    if (request.headers.expect !== undefined) response.writeContinue();
    return collect(request, options, null);
  }
  // Who asks before sending is spared the sending.
  const past = request.headers.expect === undefined ? options.beginPast(announced) : null;
  return past === null ? Promise.resolve({ ok: false, verdict: 'too_large', received: 0 }) : collect(request, options, past);
}

/** Whether the request still has bytes of a body to come. */
export function isBodyPending(request: IncomingMessage): boolean {
  const announced = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  return announced && !request.complete;
}

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.trim().toLowerCase() === 'identity';
}

function collect(request: IncomingMessage, { arrivals, maxBytes, beginPast }: BodyOptions, begun: PastReader | null): Promise<BodyReading> {
  return new Promise((resolve) => {
    const gatherer = createGatherer();
    let past = begun;
    let size = 0;

    const settle = (reading: BodyReading): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      arrival.leave();
      past?.leave();
      resolve(reading);
    };
    const fail = (verdict: 'too_large' | 'too_slow' | 'busy' | 'aborted'): void => settle({ ok: false, verdict, received: size });
    const passOn = (reader: PastReader, piece: Buffer): void => {
      arrival.pass(piece.length);
      if (!reader.add(piece)) fail('too_large');
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (past !== null) return passOn(past, chunk);
      if (size <= maxBytes) return arrival.take(chunk.length) ? gatherer.add(chunk) : undefined;
      past = beginPast(size);
      if (past === null) return fail('too_large');
      past.add(gatherer.take());
      passOn(past, chunk);
    };
    const onEnd = (): void => {
      if (past === null) return settle({ ok: true, body: gatherer.take() });
      const oversized = past.end();
      if (oversized === null) fail('too_large');
      else settle({ ok: false, verdict: 'oversized', oversized });
    };
    const onClose = (): void => fail('aborted');
    const arrival = arrivals.begin(request.socket, (why) => fail(why === 'slow' ? 'too_slow' : 'busy'));

    // A lost connection shows as 'error' and then 'close'; the listener stays so that a late error has somewhere to go.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
