import { startAdmin } from '../server/admin.ts';
import { createPayloadCodec } from '../temporal/codec.ts';
import { StartFailure } from './start-failure.ts';
import type { DeskbridgeConfig } from '../config/read/read.ts';
import type { RunningAdmin } from '../server/admin.ts';
import type { Metrics } from '../server/registry.ts';
import type { EncryptionKey } from '../temporal/codec.ts';

const LAST_PORT = 65_535;

/** What the listener for operators is opened with. */
export interface AdminParts {
  readonly metrics: Metrics;
  readonly log: { warn(fields: object, message: string): void };
  /** Left out: no codec endpoint. */
  readonly keys?: readonly EncryptionKey[];
  /** Left out: no `/readyz`. */
  readonly isReady?: () => boolean;
}

/**
 * Opens the listener for operators of a `server` or a `worker`. Where its port is a default and in use, a free one is taken, with a
 * warning: nobody's webhooks should wait for a port that nobody asked for. One that the configuration names must be free.
 */
export async function openAdmin(config: DeskbridgeConfig, role: 'server' | 'worker', parts: AdminParts): Promise<RunningAdmin> {
  const { host, token } = config.server.admin;
  const { port, key } = portOf(config.server, role);
  const start = (at: number): Promise<RunningAdmin> =>
    startAdmin({
      host,
      port: at,
      token: token?.reveal() ?? null,
      metrics: parts.metrics,
      uiOrigin: config.server.uiOrigin ?? null,
      ...(parts.keys === undefined ? {} : { codec: createPayloadCodec(parts.keys) }),
      ...(parts.isReady === undefined ? {} : { isReady: parts.isReady }),
    });
  try {
    return await start(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' && config.server.admin[key] === undefined) {
      const admin = await start(0);
      parts.log.warn(
        { port: admin.port },
        `port ${port} is in use: metrics are at ${admin.origin}/metrics; set server.admin.${key} to choose`,
      );
      return admin;
    }
    const why = code === 'EADDRINUSE' ? 'is in use' : 'cannot be listened on';
    throw new StartFailure(`Port ${port} on ${host}, for metrics, ${why}: set another server.admin.${key}.`, 1, { cause: error });
  }
}

/** A `worker` is one above a `server`, so that both run on one machine from one configuration. */
function portOf(
  server: DeskbridgeConfig['server'],
  role: 'server' | 'worker',
): { readonly port: number; readonly key: 'port' | 'workerPort' } {
  const serverPort = server.admin.port ?? after(server.port);
  if (role === 'server') return { port: serverPort, key: 'port' };
  return { port: server.admin.workerPort ?? after(serverPort), key: 'workerPort' };
}

function after(port: number): number {
  return port === 0 || port === LAST_PORT ? 0 : port + 1;
}
