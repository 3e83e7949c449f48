const GAP = '  ';

/** Rows under headings, in columns as wide as their widest cell; what senders chose cannot move the cursor. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map((row) => row.map(toPrintable))];
  const widths = headings.map((_heading, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Named values, one a line; those that are null are left out. */
export function formatFields(fields: readonly (readonly [string, string | null])[]): string {
  const shown = fields.flatMap(([name, value]) => (value === null ? [] : [[name, toPrintable(value)] as const]));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}`).join('\n');
}

/** Control characters replaced, so that a record's name cannot write to the terminal. */
export function toPrintable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
}
