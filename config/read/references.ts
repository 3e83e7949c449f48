import { dirname, resolve } from 'node:path';

/** What references are looked up in. */
export interface ReferenceSource {
  /** The configuration file; `file:` paths are relative to its folder. */
  readonly path: string;
  variable(name: string): string | undefined;
  /** Throws where the file cannot be read. */
  readFile(path: string): string;
}

/** A reference that was looked up. */
export type Resolved =
  | { readonly ok: true; readonly text: string; readonly warning?: string }
  | { readonly ok: false; readonly expected: string; readonly found: string; readonly hint: string };

/** Whether a text is a reference: `env:NAME` or `file:path`. */
export function isReference(text: string): boolean {
  return text.startsWith('env:') || text.startsWith('file:');
}

/**
 * Looks a reference up. A variable that is empty counts as unset. One newline at a file's end is taken off; any other white space around
 * the text is kept and warned about.
 */
export function resolveReference(reference: string, source: ReferenceSource): Resolved {
  const resolved = reference.startsWith('env:') ? fromVariable(reference.slice(4), source) : fromFile(reference.slice(5), source);
  if (!resolved.ok || resolved.text === resolved.text.trim()) return resolved;
  return { ...resolved, warning: `${reference} holds white space at its start or end; it is used as it is` };
}

function fromVariable(name: string, source: ReferenceSource): Resolved {
  const expected = 'an environment variable that is set';
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return {
      ok: false,
      expected: 'env: and the name of a variable',
      found: 'no such name',
      hint: 'Write env:NAME with letters, digits and underscores, such as env:STRIPE_KEY.',
    };
  const text = source.variable(name);
  const hint = `Set ${name} in the environment, or in a file .env beside the configuration (see .env.example).`;
  if (text === undefined) return { ok: false, expected, found: `${name} is not set`, hint };
  if (text.trim() === '') return { ok: false, expected, found: `${name} is empty`, hint };
  return { ok: true, text };
}

function fromFile(name: string, source: ReferenceSource): Resolved {
  const expected = 'a file with a text in it';
  if (name === '')
    return {
      ok: false,
      expected: 'file: and a path',
      found: 'no path',
      hint: 'Write file:secrets/name, relative to the configuration file.',
    };
  const path = resolve(dirname(source.path), name);
  try {
    const text = source.readFile(path).replace(/\r?\n$/, '');
    if (text.trim() !== '') return { ok: true, text };
    return { ok: false, expected, found: `${name} is empty`, hint: 'Put the text into the file, or remove the field.' };
  } catch {
    return {
      ok: false,
      expected,
      found: `${name} cannot be read`,
      hint: 'Paths are relative to the configuration file; check that it exists and that this process may read it.',
    };
  }
}
