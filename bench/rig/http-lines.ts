import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * A client that costs little: it shares the machine's processors with what it measures. Speaks just enough HTTP/1.1 for answers
 * that tell their length.
 */
export interface HttpLines {
  /** The answer's status; 0: none came. Waits while every connection is busy. */
  post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<number>;
  close(): void;
}

const ANSWER_WITHIN_MS = 60_000;
const END_OF_HEAD = '\r\n\r\n';

/** At most so many connections at once, kept alive, each with one request at a time. */
export function openHttpLines(origin: string, connections: number): HttpLines {
  const { hostname, port } = new URL(origin);
  const idle = Array.from({ length: connections }, () => new Line(hostname, Number(port)));
  const all = [...idle];
  const waiting: ((line: Line) => void)[] = [];
  return {
    async post(path, headers, body) {
      const line = idle.pop() ?? (await new Promise<Line>((resolve) => waiting.push(resolve)));
      const status = await line.send(toText(hostname, path, headers, body));
      const next = waiting.shift();
      if (next === undefined) idle.push(line);
      else next(line);
      return status;
    },
    close: () => {
      for (const line of all) line.close();
    },
  };
}

/** One connection; opened when it is first used, and again after it was lost. */
class Line {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #received = '';
  #answer: ((status: number) => void) | null = null;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  send(request: string): Promise<number> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      (this.#socket ??= this.#open()).write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    socket.setEncoding('latin1').setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#finish(0);
    });
    return socket;
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(END_OF_HEAD);
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, end))?.[1] ?? 0);
    if (this.#received.length >= end + END_OF_HEAD.length + length) this.#finish(Number(this.#received.slice(9, 12)));
  }

  #finish(status: number): void {
    const answer = this.#answer;
    this.#answer = null;
    this.#received = '';
    answer?.(status);
  }
}

function toText(host: string, path: string, headers: Readonly<Record<string, string>>, body: string): string {
  let text = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
  return `${text}\r\n${body}`;
}
