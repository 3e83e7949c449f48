import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BoundedClient } from './bounded-client.ts';
import { unlessSilent } from './silence.ts';

const RECONNECT_AFTER_MS = 1_000;
/** A listener only ever waits: whether the other side is still there it hears when it asks. */
const ASK_EVERY_MS = 3_000;
const ANSWER_MS = 3_000;

/** Where to listen. */
export interface ListenSettings {
  readonly url: string;
  readonly connectTimeoutMs: number;
}

/**
 * Listens on a connection of its own and reconnects for as long as it is wanted. Notifications are hints: what was sent
 * while the connection was down is lost, so the callback is also called after each reconnect. Resolves after the first try, whether
 * it succeeded or not; never holds more than one connection.
 */
export async function listenOnPostgres(settings: ListenSettings, channel: string, callback: () => void): Promise<() => Promise<void>> {
  const stopped = new AbortController();
  let tried = (): void => undefined;
  const firstTry = new Promise<void>((resolve) => (tried = resolve));
  const following = follow();
  await firstTry;
  return async () => {
    stopped.abort();
    await following;
  };

  /** The one owner of the connection and of the time until the next: what it opened it ends, before it opens another. */
  async function follow(): Promise<void> {
    for (let attempt = 1; !stopped.signal.aborted; attempt += 1) {
      const client = createClient(settings).on('notification', callback);
      try {
        await client.connect();
        await unlessSilent(client.query(`listen ${pg.escapeIdentifier(channel)}`), ANSWER_MS);
        tried();
        if (attempt > 1) callback();
        await untilLost(client, stopped.signal);
      } catch {
        tried();
      }
      await client.end().catch(() => undefined);
      await rest(RECONNECT_AFTER_MS, stopped.signal);
    }
  }
}

function createClient({ url, connectTimeoutMs }: ListenSettings): BoundedClient {
  const client = new BoundedClient({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'deskbridge listen',
  });
  client.on('error', () => undefined);
  return client;
}

/** Resolves when it is stopped or the connection has ended; rejects when the connection does not answer. */
async function untilLost(client: BoundedClient, stopped: AbortSignal): Promise<void> {
  const ended = new AbortController();
  client.once('end', () => ended.abort());
  const over = AbortSignal.any([stopped, ended.signal]);
  while (!over.aborted) {
    await rest(ASK_EVERY_MS, over);
    if (!over.aborted) await unlessSilent(client.query('select 1'), ANSWER_MS);
  }
}

async function rest(ms: number, interrupted: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ref: false, signal: interrupted }).catch(() => undefined);
}
