import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createConnection } from './connection.ts';
import type { Connection, ConnectionLike, TLSConfig } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';

/** Where Temporal is and how to sign in. */
export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean | TLSConfig;
  /** API key of Temporal Cloud; null: none. */
  readonly apiKey: string | null;
}

/** A client that connects when it is first used, so that a server starts while Temporal is away. */
export function createLazyClient(where: TemporalAddress, dataConverter: DataConverter): { client: Client; connection: Connection } {
  const connection = createConnection(toOptions(where));
  return { client: createClient(connection, where.namespace, dataConverter), connection };
}

/** A client on an existing connection; on a worker's own NativeConnection, workflows can start eagerly. */
export function createClient(connection: ConnectionLike, namespace: string, dataConverter: DataConverter): Client {
  return new Client({ connection, namespace, dataConverter });
}

/** The connection that workers poll on. Throws one sentence where Temporal does not answer. */
export async function connectWorker(where: TemporalAddress): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(toOptions(where));
  } catch (error) {
    throw new Error(`Temporal does not answer at ${where.address}: start it there, or correct temporal.address in the configuration.`, {
      cause: error,
    });
  }
}

function toOptions({ address, tls, apiKey }: TemporalAddress): { address: string; tls: boolean | TLSConfig; apiKey?: string } {
  return { address, tls, ...(apiKey === null ? {} : { apiKey }) };
}
