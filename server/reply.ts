import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBodyPending } from './body.ts';
import type { HttpAnswer } from './answers.ts';

/** Milliseconds in which a body that isn't wanted is read past, so that the sender can read our answer before the connection closes. */
const LINGER_MS = 1_000;

/**
 * Sends an answer. Where the body was not read to its end the connection is closed after it; unread bytes in the socket would
 * make the kernel reset the connection and lose the answer, so a little is read and thrown away first.
 */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const close = isBodyPending(request);
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(close ? { connection: 'close' } : {}),
  });
  if (!close) {
    response.end(answer.body);
    return;
  }
  if (answer.body !== '') response.write(answer.body);
  else response.flushHeaders();
  discard(request, () => response.end());
}

function discard(request: IncomingMessage, done: () => void): void {
  let timer: NodeJS.Timeout | undefined = undefined;
  const finish = (): void => {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    request.pause();
    done();
  };
  timer = setTimeout(finish, LINGER_MS);
  request.on('error', () => undefined);
  request.on('end', finish).on('close', finish);
  request.resume();
}
