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
  const read: Caller['read'] = async (request, shape) => {
    const answer = await http.request(request);
    const result = shape.safeParse(answer.json());
    if (result.success) return result.data;
    const where = result.error.issues[0]?.path.join('.') ?? '';
    throw error(request, {
      code: 'unreadable_answer',
      retry: { kind: 'backoff' },
      status: answer.status,
      hint: `The answer differs from what the vendor documents, at "${where}". Check that baseUrl leads to the right system; if it does, report it.`,
      ambiguous: request.write ?? request.method !== 'GET',
    });
  };
  return {
    read,
    find: (request, shape) => read(request, shape).catch(orElse('not_found', null)),
    send: async (request) => {
      await http.request(request);
    },
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

/** For `.catch`: gives `value` for a ConnectorError of this code, and throws every other error again. */
export function orElse<T>(code: ConnectorErrorCode, value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof ConnectorError && error.data.code === code) return value;
    throw error;
  };
}
