import { ConnectorError } from './errors.ts';
import type { z } from 'zod';
import type { ConnectorErrorData } from './errors.ts';
import type { ConnectorErrorCode } from '../../model/step-codes.ts';
import type { HttpClient, HttpRequest } from './http.ts';
import type { LooseList, OddItem } from './shapes.ts';

/** Items of a list that were left out, since they differ from what the vendor documents. Holds no values. */
export interface LeftOut {
  readonly connection: string;
  /** Such as `GET /v1/accounts/:id/labels`. */
  readonly operation: string;
  readonly count: number;
  /** Position and field of the first, such as `1.title`. */
  readonly at: string;
}

/** Hears of items that were left out of a list. */
export type OnLeftOut = (left: LeftOut) => void;

/** HTTP calls whose answers are read by a schema; what a vendor's client is written with. */
export interface Caller {
  /** Sends, and reads the answer in this shape. Throws ConnectorError; `unreadable_answer` where the shape is another. */
  read<Shape extends z.ZodType>(request: HttpRequest, shape: Shape): Promise<z.output<Shape>>;
  /** The same, with null for a record that is not there. */
  find<Shape extends z.ZodType>(request: HttpRequest, shape: Shape): Promise<z.output<Shape> | null>;
  /** A list, item by item: those that cannot be read are left out, and reported. */
  list<Item>(request: HttpRequest, shape: z.ZodType<LooseList<Item>>): Promise<LooseList<Item>>;
  /**
   * What a look into a list found. Where it found nothing and one of these odd items may be what is looked for, the look failed
   * (`unreadable_answer`): "not there" would be a guess, and the record would be ignored or made twice.
   */
  sought<Item>(request: Pick<HttpRequest, 'method' | 'route'>, found: Item | undefined, odd: readonly OddItem[]): Item | null;
  /** Reports items that a list of the answer holds and that were left out. */
  leftOut(request: Pick<HttpRequest, 'method' | 'route'>, odd: readonly OddItem[]): void;
  /** Sends, and leaves the answer's body alone. */
  send(request: HttpRequest): Promise<void>;
  /** Sends, and gives the answer as JSON, where it is JSON: for looking at what a success says. */
  ask(request: HttpRequest): Promise<unknown>;
  /** An error of our own about a call. */
  error(request: Pick<HttpRequest, 'method' | 'route'>, data: Omit<ConnectorErrorData, 'connection' | 'operation'>): ConnectorError;
}

/** `onLeftOut` hears of list items that could not be read. */
export function createCaller(http: HttpClient, connection: string, onLeftOut: OnLeftOut = () => undefined): Caller {
  const error: Caller['error'] = (request, data) =>
    new ConnectorError({ ...data, connection, operation: `${request.method} ${request.route}` });
  const unreadable = (request: Pick<HttpRequest, 'method' | 'route' | 'write'>, at: string, status?: number): ConnectorError =>
    error(request, {
      code: 'unreadable_answer',
      retry: { kind: 'backoff' },
      ...(status === undefined ? {} : { status }),
      hint: `The answer differs from what the vendor documents, at "${at}". Check that baseUrl leads to the right system; if it does, report it.`,
      ambiguous: isWrite(request),
    });
  const watched = async <T>(request: HttpRequest, call: () => Promise<T>): Promise<T> => {
    const write = isWrite(request);
    try {
      const result = await call();
      http.onOutcome?.({ error: null, write });
      return result;
    } catch (failure) {
      if (failure instanceof ConnectorError) http.onOutcome?.({ error: failure, write });
      throw failure;
    }
  };
  const leftOut: Caller['leftOut'] = (request, odd) => {
    const [first] = odd;
    if (first !== undefined) onLeftOut({ connection, operation: `${request.method} ${request.route}`, count: odd.length, at: first.at });
  };
  const readShape: Caller['read'] = async (request, shape) => {
    const answer = await http.request(request);
    const result = shape.safeParse(answer.json());
    if (result.success) return result.data;
    throw unreadable(request, result.error.issues[0]?.path.join('.') ?? '', answer.status);
  };
  const read: Caller['read'] = (request, shape) => watched(request, () => readShape(request, shape));
  return {
    read,
    find: (request, shape) => read(request, shape).catch(orElse('not_found', null)),
    async list(request, shape) {
      const list = await read(request, shape);
      leftOut(request, list.odd);
      return list;
    },
    sought(request, found, odd) {
      if (found !== undefined) return found;
      const [suspect] = odd;
      if (suspect === undefined) return null;
      throw unreadable({ ...request, write: false }, suspect.at);
    },
    leftOut,
    send: (request) =>
      watched(request, async () => {
        await http.request(request);
      }),
    ask: (request) =>
      watched(request, async () => {
        const answer = await http.request(request);
        try {
          return answer.json();
        } catch {
          return undefined;
        }
      }),
    error,
  };
}

/** For `.catch`: gives `value` for a refusal that no repetition would change, and throws every other error again. */
export function orElseRefused<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ConnectorError && error.data.retry.kind === 'never') return value;
    throw error;
  };
}

function isWrite(request: Pick<HttpRequest, 'method' | 'write'>): boolean {
  return request.write ?? request.method !== 'GET';
}

/** For `.catch`: gives `value` for a ConnectorError of this code, and throws every other error again. */
export function orElse<T>(code: ConnectorErrorCode, value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ConnectorError && error.data.code === code) return value;
    throw error;
  };
}
