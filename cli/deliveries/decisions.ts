import { z } from 'zod';
import { addCommand, baseOptions, onRun, readId } from '../terminal/command.ts';
import { readAssignments } from '../terminal/assignments.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { deliveriesDecide } from '../../operator/tasks/decide.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `deliveries skip` and `deliveries edit`. */
export function registerDecisions(parent: Command, io: Io): void {
  registerSkip(parent, io);
  registerEdit(parent, io);
}

function registerSkip(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'skip <id>',
    summary: 'leaves out a delivery that waits or is parked',
    example: 'deskbridge deliveries skip 2077',
  });
  onRun(command, z.object(baseOptions), async ({ config, json }, args) => {
    const id = readId(args);
    const result = await withSession(io, config, ({ call }) => call(deliveriesDecide, { id, decision: 'skip' }));
    print(io, { json }, result, () => result.text);
  });
}

function registerEdit(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'edit <id>',
    summary: 'replaces values of effects that were not sent yet; a parked delivery then runs again',
    example: `deskbridge deliveries edit 2077 --set add-label.label=vip --set 'open.assignee=null'`,
  }).option('--set <step.field=value>', 'a value of a step, as JSON or plain text; may be given several times', collect, []);
  onRun(
    command,
    z.object({ ...baseOptions, set: z.array(z.string()).min(1, { error: 'expected at least one step.field=value' }) }),
    async ({ config, json, set }, args) => {
      const id = readId(args);
      const values = readAssignments(set);
      const result = await withSession(io, config, ({ call }) => call(deliveriesDecide, { id, decision: 'edit', values }));
      print(io, { json }, result, () => result.text);
    },
  );
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
