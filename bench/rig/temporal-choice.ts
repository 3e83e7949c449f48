import { Connection } from '@temporalio/client';
import { startDevServer } from '../../temporal/dev-server.ts';
import { registerSearchAttributes } from '../../temporal/register.ts';
import { freePort } from './free-port.ts';
import { startRealServer } from './temporal-real.ts';
import type { BenchTemporal } from './temporal-real.ts';

/** Which Temporal server a measurement runs on: the CLI's dev server, in memory, or a real one on PostgreSQL. */
export const TEMPORAL_KINDS = ['dev', 'real'] as const;
export type TemporalKind = (typeof TEMPORAL_KINDS)[number];

/** What starting one takes. */
export interface TemporalOptions {
  readonly kind: TemporalKind;
  readonly cliPath: string;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  /** Where it shows its metrics. */
  readonly metricsPort: number;
  onProgress(text: string): void;
}

/** The kind that a command line names; null: it names none. */
export function toTemporalKind(text: string): TemporalKind | null {
  return TEMPORAL_KINDS.find((kind) => kind === text) ?? null;
}

/** Starts it, with the search attributes that workflows need. */
export async function startTemporal(options: TemporalOptions): Promise<BenchTemporal> {
  const temporal = options.kind === 'dev' ? await startDev(options) : await startRealServer(options);
  try {
    const connection = await Connection.connect({ address: temporal.address });
    await registerSearchAttributes(connection, 'default');
    await connection.close();
    return temporal;
  } catch (error) {
    await temporal.stop();
    throw error;
  }
}

async function startDev({ cliPath, metricsPort }: TemporalOptions): Promise<BenchTemporal> {
  const ports = { port: await freePort(), uiPort: await freePort(), metricsPort };
  const server = await startDevServer({ cliPath, ...ports, dbFile: null, codecEndpoint: null });
  return { address: server.address, pids: [server.pid], stop: () => server.stop() };
}
