import type { Answer, Request, Route } from '../core/exchange.ts';
import type { Caller } from './access.ts';

import { header } from '../core/exchange.ts';
import { failure } from './access.ts';

const KEPT_MS = 86_400_000;

interface Stored {
  readonly atMs: number;
  readonly parameters: string;
  readonly answer: Answer;
}

/** Wraps writes so that a repeated `Idempotency-Key` gets the first answer again, and other parameters under it are refused (https://docs.stripe.com/api/idempotent_requests). */
export function withIdempotency(routes: readonly Route<Caller>[], clock: () => number): readonly Route<Caller>[] {
  const stored = new Map<string, Stored>();
  return routes.map((route) => ({
    ...route,
    handle: async (request, caller) => {
      const key = header(request, 'idempotency-key');
      if (request.method !== 'POST' || key === undefined) return route.handle(request, caller);
      const name = `${caller.key} ${key}`;
      const parameters = parametersOf(request);
      const first = stored.get(name);
      if (first === undefined || clock() - first.atMs > KEPT_MS) {
        const answer = await route.handle(request, caller);
        stored.set(name, { atMs: clock(), parameters, answer });
        return answer;
      }
      if (first.parameters === parameters) return { ...first.answer, headers: { ...first.answer.headers, 'idempotent-replayed': 'true' } };
      return failure(
        400,
        'idempotency_error',
        `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      );
    },
  }));
}

function parametersOf(request: Request): string {
  return `${request.method} ${request.path} ${request.body.raw.toString('utf8')}`;
}
