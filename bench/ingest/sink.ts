import { createServer } from 'node:http';
import { once } from 'node:events';
import { preciseNow, serveParent } from '../rig/child.ts';
import type { ServerResponse } from 'node:http';

/**
 * The remote system of the load runs: takes posts as Slack's chat.postMessage does, notes when which text arrived, and shows what was
 * posted since the last look as conversations.replies does. It takes no idempotency keys: what is sent twice is there twice.
 */

const PAGE_SIZE = 100;

const arrivals: [id: string, atMs: number][] = [];
/** Of each arrival, in the same order: the form's metadata, by which a sender finds its own post again. */
const metadata: (string | null)[] = [];
let count = 0;
/** How often somebody looked for a post since the last time that was asked. */
let looks = 0;
/** The least between two answers, in milliseconds: a remote system that takes only so much; 0: takes all. */
let everyMs = 0;
let freeAtMs = 0;
/** How long it keeps its caller waiting after it has carried a post out. */
let slowMs = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    if (request.url === '/api/conversations.replies') return list(form, response);
    // Replies are not in their channel's own list.
    if (request.url === '/api/conversations.history') return answer(response, { ok: true, messages: [] });
    if (everyMs === 0) return take(form, response);
    freeAtMs = Math.max(preciseNow(), freeAtMs + everyMs);
    setTimeout(() => take(form, response), freeAtMs - preciseNow());
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
    looks: () => {
      const asked = looks;
      looks = 0;
      return asked;
    },
    slow: (ms) => {
      slowMs = typeof ms === 'number' ? ms : 0;
      return null;
    },
    take: () => {
      metadata.length = 0;
      return arrivals.splice(0).map(([id, atMs]) => [id, atMs]);
    },
  },
  async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);

function take(form: URLSearchParams, response: ServerResponse): void {
  arrivals.push([form.get('text') ?? '', preciseNow()]);
  metadata.push(form.get('metadata'));
  count += 1;
  const body = { ok: true, channel: 'C0123', ts: toTs(count) };
  if (slowMs === 0) answer(response, body);
  else setTimeout(() => answer(response, body), slowMs);
}

/** All threads are one, and its posts are as old as the last look. */
function list(form: URLSearchParams, response: ServerResponse): void {
  const from = Number(form.get('cursor') ?? 0);
  looks += 1;
  const messages = metadata.slice(from, from + PAGE_SIZE).map((text, index) => ({
    ts: toTs(count - metadata.length + from + index + 1),
    ...(text === null ? {} : { metadata: JSON.parse(text) }),
  }));
  const next = from + PAGE_SIZE < metadata.length ? String(from + PAGE_SIZE) : '';
  answer(response, { ok: true, messages, response_metadata: { next_cursor: next } });
}

function toTs(number: number): string {
  return `${1_700_000_000 + number}.000000`;
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
