import { createServer } from 'node:http';
import { once } from 'node:events';
import { z } from 'zod';
import { CLASSES } from './settings.ts';
import { preciseNow, serveParent } from '../rig/child.ts';
import type { Applied } from './settings.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The remote system of the fault runs: four kinds of write, each with its class's own way to be told apart, and faults. */

const SLOW_MS = 12;

const write = z.object({ id: z.string(), class: z.enum(CLASSES), mark: z.string() });
/** What is wrong with one of the connections only: it answers 503 to everything, or takes its time. */
const ownTrouble = z.object({ down: z.boolean().default(false), slowMs: z.number().default(SLOW_MS) });
const trouble = z.object({
  refuse: z.number(),
  cut: z.number(),
  slowMs: z.number().default(SLOW_MS),
  of: z.partialRecord(z.enum(CLASSES), ownTrouble).default({}),
});

const log: Applied[] = [];
const marks = new Set<string>();
const keys = new Set<string>();
let faults = trouble.parse({ refuse: 0, cut: 0 });
let random = 1;

const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();

serveParent(
  { origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` },
  {
    count: () => log.length,
    log: () => [...log],
    faults: (value) => {
      faults = trouble.parse(value);
      return null;
    },
  },
  async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sink');
  if (request.method === 'GET') {
    if (isDown(url.searchParams.get('class'))) return answer(response, 503, { error: 'down' });
    return answer(response, 200, { found: marks.has(url.searchParams.get('mark') ?? '') });
  }
  const body = write.parse(JSON.parse(await readText(request)));
  if (isDown(body.class)) return answer(response, 503, { error: 'down' });
  await new Promise((resolve) => setTimeout(resolve, faults.of[body.class]?.slowMs ?? faults.slowMs));
  const chance = nextRandom();
  if (chance < faults.refuse) return answer(response, 503, { error: 'busy' });
  apply(body, request.headers['idempotency-key']);
  // Carried out, and the answer is lost.
  if (chance > 1 - faults.cut) return void response.destroy();
  return answer(response, 200, { remoteId: body.mark });
}

function isDown(name: string | null): boolean {
  const known = CLASSES.find((one) => one === name);
  return known !== undefined && faults.of[known]?.down === true;
}

/** A vendor that takes idempotency keys carries a key out once. */
function apply(body: z.infer<typeof write>, key: string | string[] | undefined): void {
  if (typeof key === 'string') {
    if (keys.has(key)) return;
    keys.add(key);
  }
  if (body.class === 'marked') marks.add(body.mark);
  log.push({ id: body.id, class: body.class, atMs: preciseNow() });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** The same faults in every run, as far as the order of requests is the same. */
function nextRandom(): number {
  random = (random * 48_271) % 2_147_483_647;
  return random / 2_147_483_647;
}
