import { ConnectorError } from './errors.ts';
import type { z } from 'zod';
import type { ConnectorErrorCode, ConnectorErrorData } from './errors.ts';
import type { HttpClient, HttpRequest } from './http.ts';

/** HTTP calls whose answers are read by a schema; what a vendor's client is written with. */
export interface Caller {
  /** Sends, and reads the answer in this shape. Throws ConnectorError; `unreadable_answer` where the shape is another. */
  read<Shape extends z.ZodType>(request: HttpRequest, shape: Shape): Promise<z.output<Shape>>;
  /** The same, with null for a record that is not there. */
  find<Shape extends z.ZodType>(request: HttpRequest, shape: Shape): Promise<z.output<Shape> | null>;
  /** Sends, and leaves the answer's body alone. */
  send(request: HttpRequest): Promise<void>;
  /** An error of our own about a call. */
  error(request: Pick<HttpRequest, 'method' | 'route'>, data: Omit<ConnectorErrorData, 'connection' | 'operation'>): ConnectorError;
}

export function createCaller(http: HttpClient, connection: string): Caller {
  const error: Caller['error'] = (request, data) =>
    new ConnectorError({ ...data, connection, operation: `${request.method} ${request.route}` });
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
  const readShape: Caller['read'] = async (request, shape) => {
    const answer = await http.request(request);
    const result = shape.safeParse(answer.json());
    if (result.success) return result.data;
    const where = result.error.issues[0]?.path.join('.') ?? '';
    throw error(request, {
      code: 'unreadable_answer',
      retry: { kind: 'backoff' },
      status: answer.status,
      hint: `The answer differs from what the vendor documents, at "${where}". Check that baseUrl leads to the right system; if it does, report it.`,
      ambiguous: isWrite(request),
    });
  };
  const read: Caller['read'] = (request, shape) => watched(request, () => readShape(request, shape));
  return {
    read,
    find: (request, shape) => read(request, shape).catch(orElse('not_found', null)),
    send: (request) =>
      watched(request, async () => {
        await http.request(request);
      }),
    error,
  };
}

function isWrite(request: HttpRequest): boolean {
  return request.write ?? request.method !== 'GET';
}

/** For `.catch`: gives `value` for a ConnectorError of this code, and throws every other error again. */
export function orElse<T>(code: ConnectorErrorCode, value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ConnectorError && error.data.code === code) return value;
    throw error;
  };
}
