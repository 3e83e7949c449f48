import { once } from 'node:events';
import { createServer } from 'node:net';

/** The first of these ports that nobody listens on at 127.0.0.1; where all are taken, a free one. */
export async function findPort(preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    if ((await tryPort(port)) !== null) return port;
  }
  const port = await tryPort(0);
  if (port === null) throw new Error('no port is free on 127.0.0.1: close what listens there, then try again');
  return port;
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : null;
}
