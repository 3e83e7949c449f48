import type { Server } from 'node:http';

/** Listens and answers the port that it became. Rejects where the address cannot be listened on. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server listens on no TCP port; expected host and port'));
      else resolve(address.port);
    });
  });
}
