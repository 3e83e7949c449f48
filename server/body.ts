import { createGatherer } from './gather.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrivals } from './arrivals.ts';

/** A request's exact bytes, or why they were not read. */
export type BodyReading =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly verdict: 'too_large' | 'too_slow' | 'encoded' | 'busy' | 'aborted'; readonly received: number };

/** Reads the exact bytes of a body, never more than `maxBytes`. Never rejects. What was announced too large isn't read at all. */
export function readBody(request: IncomingMessage, response: ServerResponse, arrivals: Arrivals, maxBytes: number): Promise<BodyReading> {
  if (!isIdentity(request.headers['content-encoding'])) return Promise.resolve({ ok: false, verdict: 'encoded', received: 0 });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve({ ok: false, verdict: 'too_large', received: 0 });
  if (request.headers.expect !== undefined) response.writeContinue();
  return collect(request, arrivals, maxBytes);
}

/** Whether the request still has bytes of a body to come. */
export function isBodyPending(request: IncomingMessage): boolean {
  const announced = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  return announced && !request.complete;
}

function isIdentity(encoding: string | undefined): boolean {
  return encoding === undefined || encoding.trim().toLowerCase() === 'identity';
}

function collect(request: IncomingMessage, arrivals: Arrivals, maxBytes: number): Promise<BodyReading> {
  return new Promise((resolve) => {
    const gatherer = createGatherer();
    let size = 0;

    const settle = (reading: BodyReading): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      arrival.leave();
      resolve(reading);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) return settle({ ok: false, verdict: 'too_large', received: size });
      if (arrival.take(chunk.length)) gatherer.add(chunk);
    };
    const onEnd = (): void => settle({ ok: true, body: gatherer.take() });
    const onClose = (): void => settle({ ok: false, verdict: 'aborted', received: size });
    const arrival = arrivals.begin(request.socket, (why) =>
      settle({ ok: false, verdict: why === 'slow' ? 'too_slow' : 'busy', received: size }),
    );

    // A lost connection shows as 'error' and then 'close'; the listener stays so that a late error has somewhere to go.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}
