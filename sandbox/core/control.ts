import type { Faults } from './faults.ts';
import type { HookSender } from './hook-sender.ts';
import type { Journal } from './journal.ts';

import { type Answer, json, type Request } from './exchange.ts';
import { parseFault } from './faults.ts';
import { type Fields, integerOf, textOf } from './values.ts';

/** Answers the requests below `/_sandbox/`. */
export type Control = (request: Request) => Promise<Answer>;

/** Makes something happen in the remote system, as its people would. Resolves with what was made, when its webhooks have been answered. */
export type Driver = (fields: Fields, index: number) => Promise<unknown>;

/** What the control endpoint reaches. */
export interface ControlParts {
  readonly faults: Faults;
  readonly journal: Journal;
  readonly hooks: HookSender;
  /** What the system holds, for `GET /_sandbox/state`. */
  snapshot(query: URLSearchParams): unknown;
  /** `POST /_sandbox/<name>`; with `count` (and `concurrency`, 1 unless told) in the body it is done that often. */
  readonly drivers: { readonly [name: string]: Driver };
}

/** Builds the control endpoint of one system: faults, state, journal, hook attempts and drivers. */
export function createControl(parts: ControlParts): Control {
  return async (request) => {
    const name = request.path.slice('/_sandbox/'.length);
    if (request.method === 'POST' && name === 'faults') return addFault(parts.faults, request);
    if (request.method === 'DELETE' && name === 'faults') {
      parts.faults.clear();
      return json({ ok: true });
    }
    if (request.method === 'GET' && name === 'faults') return json(parts.faults.list());
    if (request.method === 'GET' && name === 'state') return json(parts.snapshot(request.query));
    if (request.method === 'GET' && name === 'journal')
      return json({ counts: parts.journal.counts(), requests: parts.journal.requests(filterOf(request.query)) });
    if (request.method === 'GET' && name === 'hooks')
      return json({ counts: parts.hooks.counts(), attempts: parts.hooks.attempts(request.query.get('event') ?? undefined) });
    const driver = parts.drivers[name];
    if (request.method === 'POST' && driver !== undefined) return drive(driver, request.body.fields);
    return json(
      { error: `no such control; POST one of ${Object.keys(parts.drivers).join(', ')}, or use faults, state, journal, hooks` },
      404,
    );
  };
}

/** Does a task `count` times, `concurrency` of them at once; results are in the order of the tasks. */
export async function repeat<Result>(count: number, concurrency: number, task: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work));
  return results;
}

function addFault(faults: Faults, request: Request): Answer {
  try {
    faults.add(parseFault(request.body.fields));
    return json({ ok: true });
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : 'unreadable fault' }, 400);
  }
}

function filterOf(query: URLSearchParams): { method?: string; route?: string; path?: string } {
  const filter: { method?: string; route?: string; path?: string } = {};
  for (const name of ['method', 'route', 'path'] as const) {
    const value = query.get(name);
    if (value !== null) filter[name] = value;
  }
  return filter;
}

async function drive(driver: Driver, fields: Fields): Promise<Answer> {
  try {
    const count = integerOf(fields['count']);
    if (count === undefined) return json(await driver(fields, 0));
    const results = await repeat(count, integerOf(fields['concurrency']) ?? 1, (index) => driver(fields, index));
    return json({ count, results });
  } catch (error) {
    return json({ error: textOf(error instanceof Error ? error.message : undefined) ?? 'the driver failed' }, 400);
  }
}
