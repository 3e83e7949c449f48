import { createServer, type IncomingHttpHeaders } from 'node:http';

import { lookInto, type Looked } from './call.ts';

/** A webhook that arrived. */
export interface Received extends Looked {
  readonly headers: IncomingHttpHeaders;
}

/** A place that hears webhooks. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** The statuses to answer with, one a request; 200 when they are used up. 0 cuts the connection. */
  readonly answers: number[];
  /** The body and headers of every answer. */
  reply: { body: string; headers: Record<string, string> };
  /** Keeps answers back until the returned function is called. */
  hold(): () => void;
  /** Resolves when this many have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const reply: Receiver['reply'] = { body: '', headers: {} };
  const waiting: { readonly count: number; readonly go: () => void }[] = [];
  let held: Promise<void> = Promise.resolve();
  const server = createServer((request, response) => {
    let raw = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (raw += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, ...lookInto(raw) });
      for (const one of waiting) if (received.length >= one.count) one.go();
      const status = answers.shift() ?? 200;
      void held.then(() => {
        if (status === 0) request.socket.destroy();
        else response.writeHead(status, reply.headers).end(reply.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    answers,
    reply,
    hold: () => {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    arrived: (count) => (received.length >= count ? Promise.resolve() : new Promise((go) => waiting.push({ count, go }))),
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}
