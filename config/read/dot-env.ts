/** A `.env` file's variables, and the lines that could not be read (1-based). */
export interface DotEnv {
  readonly variables: ReadonlyMap<string, string>;
  readonly badLines: readonly number[];
}

/**
 * Reads `KEY=VALUE` lines. Blank lines and lines starting with `#` are skipped, `export ` before the key is allowed, one pair of single
 * or double quotes around the whole value is taken off, a later line wins. Nothing is expanded, and a `#` inside a value belongs to it.
 */
export function readDotEnv(text: string): DotEnv {
  const variables = new Map<string, string>();
  const badLines: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(trimmed);
    if (match?.[1] === undefined) badLines.push(index + 1);
    else variables.set(match[1], unquote(match[2] ?? ''));
  });
  return { variables, badLines };
}

function unquote(text: string): string {
  const quoted = /^"(.*)"$/.exec(text) ?? /^'(.*)'$/.exec(text);
  return quoted?.[1] ?? text;
}
