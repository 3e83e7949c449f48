import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections, one of which could take the port while its server is away. */
const LOWEST = 12_000;
const ABOVE_HIGHEST = 30_000;
const TRIES = 50;

/** A port of 127.0.0.1 for a server that comes back to it after it was away. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const port = randomInt(LOWEST, ABOVE_HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port on 127.0.0.1 among ${TRIES} of ${LOWEST} to ${ABOVE_HIGHEST}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  const closed = once(server, 'close');
  server.close();
  await closed;
  return true;
}
