import { CommanderError } from 'commander';
import { CliFailure, ConfigRefused, messageOf } from '../operator/fail.ts';
import { StartFailure } from '../processes/start-failure.ts';
import { createProgram } from './program.ts';
import type { Io } from './terminal/io.ts';

const FAILED = 1;
const USAGE = 2;

/** Runs one command. `argv` without node and script. Answers the exit code: 0 it worked, 1 it failed, 2 the call or the configuration is wrong. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, argv.includes('--json'), io);
  }
}

function report(error: unknown, json: boolean, io: Io): number {
  if (error instanceof CommanderError) return error.code === 'commander.helpDisplayed' ? 0 : USAGE;
  if (error instanceof ConfigRefused) {
    if (json) io.out(`${error.document}\n`);
    else io.err(`${error.report}\n`);
    return USAGE;
  }
  io.err(`${messageOf(error)}\n`);
  return error instanceof CliFailure || error instanceof StartFailure ? error.exitCode : FAILED;
}
