import type { Route } from './exchange.ts';

/** A route that fits a request, with the parts of the path that it names. */
export interface Match<Caller> {
  readonly route: Route<Caller>;
  readonly params: { readonly [name: string]: string };
}

/** Finds the route of a request: the first that fits, so that fixed paths stand before named parts. */
export type Router<Caller> = (method: string, path: string) => Match<Caller> | undefined;

/** Builds a router over a fixed list of routes. */
export function createRouter<Caller>(routes: readonly Route<Caller>[]): Router<Caller> {
  const compiled = routes.map((route) => ({ route, pattern: toPattern(route.path) }));
  return (method, path) => {
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue;
      const found = pattern.exec(bare);
      if (found !== null) return { route, params: decoded(found.groups ?? {}) };
    }
    return undefined;
  };
}

/** A path as a pattern: `:name` is one part and is captured, `*` is one part, `**` is any number of parts. */
export function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*|\*/g, (stars) => (stars === '**' ? '.*' : '[^/]+'))
    .replace(/:([a-zA-Z_]+)/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

function decoded(groups: { readonly [name: string]: string }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
