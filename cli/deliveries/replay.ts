import { z } from 'zod';
import { addCommand, baseOptions, idOption, momentOption, onRun } from '../terminal/command.ts';
import { CliFailure } from '../../operator/fail.ts';
import { count, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { replayPlan } from '../../operator/tasks/replay.ts';
import { confirm } from '../terminal/confirm.ts';
import { makeByFlow, planText } from './replay-steps.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `replay`: runs settled deliveries again. */
export function registerReplay(program: Command, io: Io): void {
  const command = addCommand(program, {
    usage: 'replay',
    summary: 'runs settled deliveries again: what is missing, or all of it',
    example: 'deskbridge replay --flow dunning --since 2d',
  })
    .option('--flow <name>', 'deliveries of this flow')
    .option('--connection <name>', 'of events that came to this connection')
    .option('--topic <topic>', 'of events of this topic')
    .option('--record <record>', 'of events about this record')
    .option('--since <time>', 'of events received since: 2h (that long ago) or ISO 8601')
    .option('--until <time>', 'of events received before')
    .option('--event <id>', 'of this event')
    .option('--again', 'repeat effects that were done already')
    .option('--yes', 'do not ask');
  const text = z.exactOptional(z.string());
  const moment = z.exactOptional(momentOption(io));
  const schema = z.object({
    ...baseOptions,
    flow: text,
    connection: text,
    topic: text,
    record: text,
    since: moment,
    until: moment,
    event: z.exactOptional(idOption()),
    again: z.boolean().default(false),
    yes: z.boolean().default(false),
  });
  onRun(command, schema, async ({ config, json, again, yes, ...filter }) => {
    if (Object.keys(filter).length === 0)
      throw new CliFailure('Say what to replay: at least one of --flow, --connection, --topic, --record, --since, --until, --event.', 2);
    await withSession(io, config, async ({ call }) => {
      const { flows } = await call(replayPlan, filter);
      const total = flows.reduce((sum, plan) => sum + plan.replayable, 0);
      const tell = (part: string): void => (json ? io.err(part) : io.out(part));
      if (total === 0)
        return print(
          io,
          { json },
          { plan: flows, made: 0 },
          () => `Nothing to replay: ${flows.length === 0 ? 'no deliveries match' : 'what matches waits or is under way'}.`,
        );
      tell(`${planText(flows, again)}\n`);
      await confirm(io, yes, { question: `Replay ${count(total, 'delivery', 'deliveries')}?`, otherwise: 'Nothing was replayed' });
      const made = await makeByFlow(io, call, { filter, flows, again });
      print(
        io,
        { json },
        { plan: flows, made },
        () => `${count(made, 'delivery', 'deliveries')} made on the lane replay. Watch them: deskbridge flows list.`,
      );
    });
  });
}
