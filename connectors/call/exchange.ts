import type { Dispatcher } from 'undici';

/** One request and its whole answer over undici, with one deadline, a size limit, and the knowledge of whether anything was sent. */

/** What goes over the wire. */
export interface WireRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  /** From now until the end of the answer, connecting included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Milliseconds of `performance.now()` after which the request must not be put on the wire. */
  readonly sendBy: number | null;
}

/** An answer of any status. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
}

/** Why there is no answer. */
export type WireFailure = 'late' | 'timeout' | 'too_large' | 'network';

/** Thrown where there is no whole answer. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly failure: WireFailure;
  /** Whether the request may have left this machine. */
  readonly sent: boolean;
  /** Status and headers, where the answer had begun. */
  readonly begun: Omit<WireAnswer, 'body'> | null;

  constructor(failure: WireFailure, sent: boolean, begun: Omit<WireAnswer, 'body'> | null, cause?: unknown) {
    super(`no answer: ${failure}`, { cause });
    this.failure = failure;
    this.sent = sent;
    this.begun = begun;
  }
}

/** Sends once and reads the whole answer. Throws WireError. */
export function exchange(dispatcher: Dispatcher, request: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader(request, resolve, reject);
    try {
      dispatcher.dispatch(
        {
          origin: request.origin,
          path: request.path,
          method: request.method,
          headers: request.headers,
          body: request.body,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        reader,
      );
    } catch (error) {
      reader.onResponseError(null, error);
    }
  });
}

class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #request: WireRequest;
  readonly #resolve: (answer: WireAnswer) => void;
  readonly #reject: (error: WireError) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #controller: Dispatcher.DispatchController | null = null;
  #begun: Omit<WireAnswer, 'body'> | null = null;
  #settled = false;

  constructor(request: WireRequest, resolve: (answer: WireAnswer) => void, reject: (error: WireError) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#fail('timeout', this.#controller !== null), request.timeoutMs);
  }

  /** Called with the socket at hand, just before the first byte is written: the last moment to hold back. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { sendBy } = this.#request;
    const isLate = sendBy !== null && performance.now() > sendBy;
    if (isLate) this.#fail('late', false);
    if (this.#settled) return controller.abort(new Error('given up before it was sent'));
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: { readonly [name: string]: string | string[] | undefined },
  ): void {
    if (status < 200) return;
    this.#begun = { status, headers: toSingle(headers) };
    if (Number(this.#begun.headers['content-length'] ?? 0) > this.#request.maxBytes) this.#fail('too_large', true);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#request.maxBytes) return this.#fail('too_large', true);
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled || this.#begun === null) return;
    this.#settle();
    this.#resolve({ ...this.#begun, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: unknown): void {
    this.#fail('network', this.#controller !== null, error);
  }

  #fail(failure: WireFailure, sent: boolean, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.#reject(new WireError(failure, sent, this.#begun, cause));
    this.#controller?.abort(new Error(failure));
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
  }
}

function toSingle(headers: { readonly [name: string]: string | string[] | undefined }): { [name: string]: string | undefined } {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]),
  );
}
