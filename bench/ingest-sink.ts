import { createServer } from 'node:http';
import { once } from 'node:events';
import { preciseNow, serveParent } from './child.ts';
import type { ServerResponse } from 'node:http';

/** The remote system of the load runs: takes posts as Slack's chat.postMessage does, and notes when which text arrived. */

const arrivals: [id: string, atMs: number][] = [];
let count = 0;
/** The least between two answers, in milliseconds: a remote system that takes only so much; 0: takes all. */
let everyMs = 0;
let freeAtMs = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = new URLSearchParams(Buffer.concat(chunks).toString()).get('text') ?? '';
    if (everyMs === 0) return take(text, response);
    freeAtMs = Math.max(preciseNow(), freeAtMs + everyMs);
    setTimeout(() => take(text, response), freeAtMs - preciseNow());
  });
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

serveParent(
  { origin: `http://127.0.0.1:${port}` },
  {
    count: () => arrivals.length,
    pace: (perSecond) => {
      everyMs = typeof perSecond === 'number' && perSecond > 0 ? 1000 / perSecond : 0;
      return null;
    },
    take: () => arrivals.splice(0).map(([id, atMs]) => [id, atMs]),
  },
  async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);

function take(text: string, response: ServerResponse): void {
  arrivals.push([text, preciseNow()]);
  count += 1;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ok: true, channel: 'C0123', ts: `${1_700_000_000 + count}.000000` }));
}
