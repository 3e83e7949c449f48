import { MINIMUM_VERSION } from '../../temporal/cli-search.mjs';
import { CliFailure } from '../../operator/fail.ts';
import type { Io } from '../terminal/io.ts';

/** The path of the Temporal CLI. Throws CliFailure with where it was looked for and what to do; `instead`: how to do without. */
export async function temporalCliOrFail(io: Pick<Io, 'findTemporalCli'>, instead: string): Promise<string> {
  const { cli, tried } = await io.findTemporalCli();
  if (cli !== null) return cli.path;
  const lines = [
    'No Temporal CLI was found, whose dev server this needs. Looked for, in this order:',
    ...tried.map((line) => `  - ${line}`),
    `Install the Temporal CLI ${MINIMUM_VERSION} or newer (https://docs.temporal.io/cli) and put it on the PATH, or set TEMPORAL_CLI_PATH to it. ${instead}`,
  ];
  throw new CliFailure(lines.join('\n'));
}
