import pg from 'pg';

const GOODBYE_MS = 500;

/**
 * A connection to PostgreSQL whose end is bounded. A server that fell silent never answers a goodbye, and the socket would stay for as
 * long as TCP keeps it.
 */
export class BoundedClient extends pg.Client {
  override end(): Promise<void>;
  override end(done: (error: Error) => void): void;
  override end(done?: (error: Error) => void): Promise<void> | void {
    const { stream } = this.connection;
    const timer = setTimeout(() => stream.destroy(), GOODBYE_MS).unref();
    stream.once('close', () => clearTimeout(timer));
    return done === undefined ? super.end() : super.end(done);
  }
}
