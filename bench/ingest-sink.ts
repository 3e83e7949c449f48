import { createServer } from 'node:http';
import { once } from 'node:events';
import { preciseNow, serveParent } from './child.ts';

/** The remote system of the load runs: takes posts as Slack's chat.postMessage does, and notes when which text arrived. */

const arrivals: [id: string, atMs: number][] = [];
let count = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = new URLSearchParams(Buffer.concat(chunks).toString()).get('text') ?? '';
    arrivals.push([text, preciseNow()]);
    count += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, channel: 'C0123', ts: `${1_700_000_000 + count}.000000` }));
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
    take: () => arrivals.splice(0).map(([id, atMs]) => [id, atMs]),
  },
  async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
