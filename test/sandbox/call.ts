/** Something that arrived as JSON, to look into. */
export interface Looked {
  readonly raw: string;
  /** The value at a dotted path (`payload.0.id`); undefined where there is none. Without a path the whole. */
  at(path?: string): unknown;
  /** The text or number at a path, as text. Fails the test where there is neither. */
  textAt(path: string): string;
}

/** An answer, read whole. */
export interface Answered extends Looked {
  readonly status: number;
  readonly headers: Headers;
}

/** Calls a path of an origin; `body` goes as JSON, `form` as a form. */
export async function call(
  origin: string,
  method: string,
  path: string,
  given: { readonly headers?: Record<string, string>; readonly body?: unknown; readonly form?: Record<string, string> | FormData } = {},
): Promise<Answered> {
  const form = given.form instanceof FormData || given.form === undefined ? given.form : new URLSearchParams(given.form);
  const response = await fetch(origin + path, {
    method,
    headers: { ...(given.body === undefined ? {} : { 'content-type': 'application/json' }), ...given.headers },
    ...(given.body === undefined ? (form === undefined ? {} : { body: form }) : { body: JSON.stringify(given.body) }),
  });
  return { status: response.status, headers: response.headers, ...lookInto(await response.text()) };
}

/** Makes a text that should be JSON easy to look into. */
export function lookInto(raw: string): Looked {
  const whole = parsed(raw);
  const at = (path = ''): unknown =>
    path
      .split('.')
      .filter((part) => part !== '')
      .reduce<unknown>((value, part) => inside(value, part), whole);
  return {
    raw,
    at,
    textAt: (path) => {
      const value = at(path);
      if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`no text at ${path} in ${raw.slice(0, 300)}`);
      return String(value);
    },
  };
}

function inside(value: unknown, part: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(part) : undefined;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
