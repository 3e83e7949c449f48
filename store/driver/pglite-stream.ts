import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';

/** Threads cannot be started from TypeScript: what runs from the sources, such as tests, takes the built one. */
const THREAD = import.meta.url.endsWith('.ts') ? '../../dist/store/driver/pglite-thread.js' : './pglite-thread.js';
/** The first byte of PostgreSQL's Terminate: it would end the whole embedded server. */
const TERMINATE = 0x58;
/** For writing its files when it is closed; after that it is ended as by a power cut. */
const CLOSE_MS = 30_000;

/** What node-postgres takes for a socket to a server: PGlite on a thread of its own. Connecting opens the store, ending it closes it. */
export class PgliteStream extends Duplex {
  readonly #dataDir: string | null;
  readonly #after: Promise<void>;
  #worker: Worker | null = null;

  /** `dataDir` null: in memory. `after`: the files are not touched before, for another thread may have them. */
  constructor(dataDir: string | null, after: Promise<void>) {
    super();
    this.#dataDir = dataDir;
    this.#after = after;
  }

  connect(): this {
    void this.#after.then(() => {
      if (!this.destroyed) this.#start();
    });
    return this;
  }

  #start(): void {
    const worker = new Worker(new URL(THREAD, import.meta.url), { workerData: { dataDir: this.#dataDir }, execArgv: [] });
    this.#worker = worker;
    worker.on('message', (bytes: Uint8Array | null) => {
      if (bytes === null) this.emit('connect');
      else this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    worker.on('error', (error) => this.destroy(error));
    worker.on('exit', () => this.destroy());
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.#worker?.ref();
    return this;
  }

  unref(): this {
    this.#worker?.unref();
    return this;
  }

  override _read(): void {
    // What comes is pushed at once: an answer is no larger than its statement asked for.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#send([chunk]);
    done();
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: () => void): void {
    this.#send(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: () => void): void {
    const worker = this.#worker;
    if (worker === null) return done();
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    worker.ref();
    worker.once('exit', () => {
      clearTimeout(timer);
      done();
    });
    worker.postMessage(null);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const gone = this.#worker?.terminate() ?? Promise.resolve();
    void gone.then(() => done(error));
  }

  #send(chunks: readonly Buffer[]): void {
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.length;
    }
    if (bytes[0] !== TERMINATE) this.#worker?.postMessage(bytes, [bytes.buffer]);
  }
}
