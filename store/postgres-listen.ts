import pg from 'pg';

const RECONNECT_AFTER_MS = 1_000;

/** Where to listen. */
export interface ListenSettings {
  readonly url: string;
  readonly connectTimeoutMs: number;
}

/**
 * Listens on a connection of its own and reconnects for as long as it is wanted. Notifications are hints: what was sent
 * while the connection was down is lost, so the callback is also called after each reconnect.
 */
export async function listenOnPostgres(settings: ListenSettings, channel: string, callback: () => void): Promise<() => Promise<void>> {
  const listener = { stopped: false, client: await connect().catch(() => null) };
  let timer: NodeJS.Timeout | undefined;
  if (listener.client === null) again();

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: settings.url,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      keepAlive: true,
      application_name: 'deskbridge listen',
    });
    client.on('error', () => undefined);
    client.on('notification', callback);
    await client.connect();
    client.once('end', again);
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    return client;
  }

  function again(): void {
    if (listener.stopped) return;
    timer = setTimeout(() => void reconnect(), RECONNECT_AFTER_MS);
    timer.unref();
  }

  async function reconnect(): Promise<void> {
    try {
      listener.client = await connect();
    } catch {
      again();
      return;
    }
    if (listener.stopped) return void (await listener.client.end());
    callback();
  }

  return async () => {
    listener.stopped = true;
    clearTimeout(timer);
    await listener.client?.end().catch(() => undefined);
  };
}
