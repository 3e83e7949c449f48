import { z } from 'zod';
import { addCommand, baseOptions, onRun, readId } from '../terminal/command.ts';
import { CliFailure, messageOf } from '../../operator/fail.ts';
import { count, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { deliveriesDecide } from '../../operator/tasks/decide.ts';
import { findParked } from './parked-ids.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { Session } from '../terminal/session.ts';

const PROGRESS_EVERY = 25;
const PROBLEMS_SHOWN = 5;

/** `deliveries retry`: one, or all that are parked for one cause. */
export function registerRetry(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'retry [id]',
    summary: 'runs a parked, skipped or terminated delivery again; with --all every parked one of a flow',
    example: 'deskbridge deliveries retry 2077',
  })
    .option('--all', 'every parked delivery of a flow')
    .option('--flow <name>', 'with --all: the flow')
    .option('--code <code>', 'with --all: only those stopped by this code, such as unauthorized')
    .addHelpText('after', '  $ deskbridge deliveries retry --all --flow dunning --code unauthorized');
  const text = z.exactOptional(z.string());
  onRun(command, z.object({ ...baseOptions, all: z.boolean().default(false), flow: text, code: text }), async (options, args) => {
    if (!options.all) return retryOne(io, options, args);
    if (args.length > 0) throw new CliFailure('Give either an <id> or --all, not both.', 2);
    const { flow } = options;
    if (flow === undefined) throw new CliFailure('--all needs --flow: name the flow whose parked deliveries run again.', 2);
    const { code } = options;
    const result = await withSession(io, options.config, (session) =>
      retryAll(io, session, { flow, ...(code === undefined ? {} : { code }) }),
    );
    print(io, options, result, () => toText(result, flow));
    if (result.failed > 0) throw new CliFailure(`${count(result.failed, 'delivery', 'deliveries')} could not be retried.`);
  });
}

interface AllRetried {
  readonly retried: number;
  readonly failed: number;
  readonly problems: readonly string[];
}

async function retryOne(
  io: Io,
  options: { readonly config: string; readonly json: boolean; readonly flow?: string; readonly code?: string },
  args: readonly string[],
): Promise<void> {
  if (args.length === 0) throw new CliFailure('Name a delivery, or use --all --flow <name>.', 2);
  if (options.flow !== undefined || options.code !== undefined) throw new CliFailure('--flow and --code belong to --all.', 2);
  const id = readId(args);
  const result = await withSession(io, options.config, ({ call }) => call(deliveriesDecide, { id, decision: 'retry' }));
  print(io, options, result, () => result.text);
}

async function retryAll(io: Io, { call }: Session, which: { readonly flow: string; readonly code?: string }): Promise<AllRetried> {
  const ids = await findParked(call, which);
  const problems: string[] = [];
  for (const [index, id] of ids.entries()) {
    await call(deliveriesDecide, { id, decision: 'retry' }).catch((error: unknown) => problems.push(messageOf(error)));
    if ((index + 1) % PROGRESS_EVERY === 0) io.err(`${index + 1} of ${ids.length}\n`);
  }
  return { retried: ids.length - problems.length, failed: problems.length, problems: problems.slice(0, PROBLEMS_SHOWN) };
}

function toText({ retried, failed, problems }: AllRetried, flow: string): string {
  if (retried + failed === 0) return `Nothing of ${flow} is parked for that.`;
  return [`${count(retried, 'delivery', 'deliveries')} of ${flow} run again.`, ...problems].join('\n');
}
