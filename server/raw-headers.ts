import type { IncomingMessage } from 'node:http';

/** Header lines of one request that are looked at; more are refused. */
export const MAX_HEADER_LINES = 100;
/** The token of the path `/webhooks/<connection>/<token>` under a name that no real header can have. */
export const PATH_TOKEN_HEADER = ':path-token';

/** Header lines by lower-case name, repeated ones kept apart, with the path's token beside them. */
export function toHeaderMap(request: IncomingMessage, pathToken: string | undefined): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  const lines = request.rawHeaders;
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = (lines[index] ?? '').toLowerCase();
    const values = headers.get(name);
    if (values) values.push(lines[index + 1] ?? '');
    else headers.set(name, [lines[index + 1] ?? '']);
  }
  if (pathToken !== undefined) headers.set(PATH_TOKEN_HEADER, [pathToken]);
  return headers;
}

/** How many header lines a request has. */
export function countHeaderLines(request: IncomingMessage): number {
  return request.rawHeaders.length / 2;
}
