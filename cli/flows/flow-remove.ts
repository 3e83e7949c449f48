import { z } from 'zod';
import { suggest } from '../../config/read/nearest.ts';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { confirm } from '../terminal/confirm.ts';
import { CliFailure } from '../../operator/fail.ts';
import { count, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { flowsList, flowsRemove } from '../../operator/tasks/flows.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { Session } from '../terminal/session.ts';
import type { QueueView } from '../../operator/tasks/flows.ts';

/** `flows remove`: what waits for a flow that the configuration lacks is skipped, by an operator's word and by nothing else. */
export function registerRemove(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'remove <flow>',
    summary: 'skips what waits for a flow that was taken out of the configuration, and forgets its queue',
    example: 'deskbridge flows remove old-dunning',
  }).option('--yes', 'do not ask');
  onRun(command, z.object({ ...baseOptions, yes: z.boolean().default(false) }), async ({ config: path, json, yes }, args) => {
    const flow = args[0] ?? '';
    await withSession(io, path, async ({ config, call }) => {
      if (config.flows.some(({ name }) => name === flow))
        throw new CliFailure(`Flow ${flow} is configured in ${path}: take it out there first, and restart every server and worker.`, 2);
      const known = (await call(flowsList, {})).queues.filter((queue) => !config.flows.some(({ name }) => name === queue.flow));
      const { waiting, parked, underWay } = sumUp(flow, known);
      const tell = (part: string): void => (json ? io.err(part) : io.out(part));
      tell(`${count(waiting, 'delivery waits', 'deliveries wait')} for flow ${flow}, which ${path} does not have.\n`);
      const question = `Skip ${waiting === 1 ? 'it' : 'them'}? No server or worker must have the flow any more.`;
      if (waiting > 0) await confirm(io, yes, { question, otherwise: 'Nothing was skipped' });
      const skipped = await skipAll(io, call, flow);
      print(io, { json }, { flow, skipped, parked, underWay }, () =>
        [
          `${count(skipped, 'delivery', 'deliveries')} of ${flow} skipped. To run one after all: configure the flow, then deskbridge deliveries retry <id>.`,
          ...(parked === 0
            ? []
            : [`${parked} more are parked, in workflows of their own: deskbridge deliveries list --flow ${flow} --state parked.`]),
          ...(underWay === 0 ? [] : [`${underWay} under way: run this again when they have come back.`]),
        ].join('\n'),
      );
    });
  });
}

function sumUp(flow: string, queues: readonly QueueView[]): Pick<QueueView, 'waiting' | 'parked' | 'underWay'> {
  const own = queues.filter((queue) => queue.flow === flow);
  if (own.length === 0) {
    const names = [...new Set(queues.map((queue) => queue.flow))];
    throw new CliFailure(
      `Nothing waits for a flow "${flow}". ${names.length === 0 ? 'There are no queues but those of configured flows.' : suggest(flow, names)}`,
      2,
    );
  }
  const sum = (of: 'waiting' | 'parked' | 'underWay'): number => own.reduce((total, queue) => total + queue[of], 0);
  return { waiting: sum('waiting'), parked: sum('parked'), underWay: sum('underWay') };
}

async function skipAll(io: Io, call: Session['call'], flow: string): Promise<number> {
  let skipped = 0;
  for (;;) {
    const some = await call(flowsRemove, { flow });
    skipped += some.skipped;
    if (!some.left) return skipped;
    io.err(`${skipped} skipped\n`);
  }
}
