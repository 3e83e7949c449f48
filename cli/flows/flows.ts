import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { formatTable } from '../terminal/table.ts';
import { flowsList } from '../../operator/tasks/flows.ts';
import { formatRelative } from '../terminal/time.ts';
import { registerKinds } from './flow-kinds.ts';
import { registerPause } from './flow-pause.ts';
import { registerRemove } from './flow-remove.ts';
import { formatGate } from '../connections/gate-text.ts';
import { idleQueues } from './idle-queues.ts';
import { toHints } from './queue-hints.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { QueueView } from '../../operator/tasks/flows.ts';

/** `flows`: the queues, and what flows can do. */
export function registerFlows(program: Command, io: Io): void {
  const flows = program
    .command('flows')
    .summary('the queues: list, pause, resume, remove; what flows can do: kinds')
    .description('Flows: what is done on which events, each with a queue.');
  registerList(flows, io);
  registerKinds(flows, io);
  registerPause(flows, io, {
    name: 'pause',
    paused: true,
    summary: "stops handing over a flow's deliveries; what is under way goes on, events are still recorded",
  });
  registerPause(flows, io, { name: 'resume', paused: false, summary: 'lets a paused flow go on, also one that the configuration pauses' });
  registerRemove(flows, io);
}

function registerList(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'list',
    summary: 'lists the flows with their queues: depth, oldest, gate',
    example: 'deskbridge flows list',
    isDefault: true,
  });
  onRun(command, z.object(baseOptions), async ({ config: path, json }) => {
    const result = await withSession(io, path, async ({ config, call }) => {
      const { queues } = await call(flowsList, {});
      return {
        flows: [
          ...queues.map((queue) => ({ ...queue, configured: config.flows.some((flow) => flow.name === queue.flow) })),
          ...idleQueues(config.flows, queues),
        ],
      };
    });
    print(io, { json }, result, () => {
      if (result.flows.length === 0) return 'No flows are configured, and nothing waits. See what there is to do: deskbridge flows kinds.';
      const rows = result.flows
        .filter(isWorthARow)
        .map((queue) => [
          queue.configured ? queue.flow : `${queue.flow} (not configured)`,
          queue.lane,
          String(queue.waiting),
          queue.oldestWaitingAt === null ? '-' : formatRelative(queue.oldestWaitingAt, io.now()),
          queue.configured ? formatGate(queue, io.now()) : 'nobody takes it',
          `${queue.underWay} of ${queue.credit}${queue.stuck === 0 ? '' : `, ${queue.stuck} stuck`}`,
          String(queue.parked),
        ]);
      const table = formatTable(['FLOW', 'LANE', 'WAITING', 'OLDEST', 'GATE', 'UNDER WAY', 'PARKED'], rows);
      return [table, ...toHints(result.flows)].join('\n\n');
    });
  });
}

/** Every flow has a queue of replays; it is a line of its own where there are some. */
function isWorthARow({ lane, waiting, underWay, parked }: QueueView): boolean {
  return lane === 'live' || waiting + underWay + parked > 0;
}
