import type { Profiler } from 'node:inspector';

/** Parts of the program by their files; the first that fits. What Node does for a part counts for it. */
const PARTS: readonly (readonly [part: string, files: RegExp])[] = [
  ['log and metrics', /\/(pino|@pinojs|sonic-boom|prom-client)\/|\/server\/(logger|request-log|metrics)/],
  ['driver of PostgreSQL', /\/node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+)\//],
  ['Temporal SDK', /\/node_modules\/(@temporalio|@grpc|protobufjs|rxjs|long)\//],
  ['calls of remote systems', /undici|\/connectors\/([^/]+\/)?(call|ports)\//],
  ['verification, reading, routing', /\/(dist|main)\/(connectors|config|model)\//],
  ['inbox and store', /\/(inbox|store)\//],
  ['activities and flows', /\/(activities|processes|flows|workflows|temporal)\//],
  ['receiver: body, route, answer', /\/(server|node_modules)\//],
];
const NODE = 'Node: sockets, HTTP parser, timers';
const COLLECTOR = 'garbage collection';
/** Waiting is no work, and neither is the profiler's own. */
const NOT_COUNTED = new Set(['(idle)', '(program)', '(root)']);

/** Microseconds of the main thread by part of the program. */
export function toParts(profile: Profiler.Profile): Readonly<Record<string, number>> {
  const parents = new Map(profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id] as const)));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent: Record<string, number> = {};
  profile.samples?.forEach((sample, index) => {
    const part = partOf(sample, frames, parents);
    if (part !== null) spent[part] = (spent[part] ?? 0) + (profile.timeDeltas?.[index] ?? 0);
  });
  return spent;
}

function partOf(
  sample: number,
  frames: ReadonlyMap<number, { readonly functionName: string; readonly url: string }>,
  parents: ReadonlyMap<number, number>,
): string | null {
  const own = frames.get(sample)?.functionName ?? '';
  if (own === '(garbage collector)') return COLLECTOR;
  if (NOT_COUNTED.has(own)) return null;
  for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
    const url = frames.get(id)?.url ?? '';
    const part = PARTS.find(([, files]) => files.test(url));
    if (part !== undefined) return part[0];
  }
  return NODE;
}
