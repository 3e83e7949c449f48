import { z } from 'zod';
import { CliFailure } from '../../operator/fail.ts';
import { readMoment } from './time.ts';
import type { Command } from 'commander';
import type { Io } from './io.ts';

/** How a command shows itself. */
export interface CommandHelp {
  /** Name and arguments, such as `show <id>`. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** A line that can be typed as it stands. */
  readonly example: string;
  /** Where a group of commands runs this one when none is named. */
  readonly isDefault?: boolean;
}

/** The options that every command has. */
export const baseOptions = { config: z.string(), json: z.boolean().default(false) };

/** Options of lists. */
export const pageOptions = { after: z.exactOptional(idOption()), limit: z.exactOptional(z.coerce.number().pipe(z.int().min(1).max(1000))) };

/** Adds a command with what every command has: `--config`, `--json`, help with an example. */
export function addCommand(parent: Command, help: CommandHelp): Command {
  return parent
    .command(help.usage, { isDefault: help.isDefault ?? false })
    .summary(help.summary)
    .description(help.summary)
    .option('--config <path>', 'configuration file', 'deskbridge.yaml')
    .option('--json', 'one JSON document instead of text')
    .addHelpText('after', `\nExample:\n  $ ${help.example}`);
}

/** Runs `work` with the checked options and the arguments; all bad options are reported at once. */
export function onRun<Schema extends z.ZodType>(
  command: Command,
  schema: Schema,
  work: (options: z.output<Schema>, args: readonly string[]) => Promise<void>,
): void {
  command.action(async () => {
    const raw: unknown = command.opts();
    const parsed = await schema.safeParseAsync(raw);
    if (!parsed.success) throw new CliFailure(parsed.error.issues.map(toProblem).join('\n'), 2);
    await work(parsed.data, command.args);
  });
}

/** An option or argument that holds the id of a row. */
export function idOption(): z.ZodType<string> {
  return z.string().regex(/^[0-9]{1,18}$/, { error: 'expected an id: digits, as the lists show them' });
}

/** An option that holds a moment: `2h` (that long ago), a date, or ISO 8601. ISO 8601 when read. */
export function momentOption(io: Io): z.ZodType<string> {
  return z.string().transform((text, context) => {
    const moment = readMoment(text, io.now());
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: 'expected how long ago (30m, 2h, 7d) or a time such as 2026-05-01T12:00:00Z' });
    return z.NEVER;
  });
}

/** The first argument as the id of a row. */
export function readId(args: readonly string[]): string {
  const parsed = idOption().safeParse(args[0]);
  if (parsed.success) return parsed.data;
  throw new CliFailure(`<id>: ${parsed.error.issues[0]?.message ?? 'expected an id'}, found "${args[0] ?? ''}".`, 2);
}

function toProblem(issue: z.core.$ZodIssue): string {
  const option = String(issue.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${option}: ${issue.message}.`;
}
