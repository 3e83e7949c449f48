/** The `temporal` binary that set-up found or the operator named; undefined: none. */
export function readTemporalCliPath(): string | undefined {
  const path = process.env['TEMPORAL_CLI_PATH'];
  return path === undefined || path === '' ? undefined : path;
}
