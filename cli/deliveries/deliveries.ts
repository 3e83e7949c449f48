import { z } from 'zod';
import { addCommand, baseOptions, momentOption, onRun, pageOptions, readId } from '../terminal/command.ts';
import { formatDeliveries, formatDelivery, formatEffects } from './delivery-text.ts';
import { nextPage, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { deliveriesList, deliveriesShow } from '../../operator/tasks/deliveries.ts';
import { STATE_NAMES } from '../../operator/tasks/delivery-view.ts';
import { registerDecisions } from './decisions.ts';
import { registerRetry } from './retry.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `deliveries`: one event for one flow, the unit of work. */
export function registerDeliveries(program: Command, io: Io): void {
  const deliveries = program
    .command('deliveries')
    .summary('the work: list, show, retry, skip, edit')
    .description('Deliveries: one event for one flow.');
  registerList(deliveries, io);
  registerShow(deliveries, io);
  registerRetry(deliveries, io);
  registerDecisions(deliveries, io);
}

function registerList(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'list',
    summary: 'lists deliveries, newest first',
    example: 'deskbridge deliveries list --state parked',
  })
    .option('--flow <name>', 'only of this flow')
    .option('--state <state>', STATE_NAMES.join(', '))
    .option('--connection <name>', 'only of events that came to this connection')
    .option('--topic <topic>', 'only of events of this topic')
    .option('--record <record>', 'only of events about this record')
    .option('--event <id>', 'only of this event')
    .option('--since <time>', 'event received since: 2h (that long ago) or ISO 8601')
    .option('--until <time>', 'event received before')
    .option('--limit <n>', 'how many at most (default 50)')
    .option('--after <id>', 'go on after this one');
  const text = z.exactOptional(z.string());
  const state = z.exactOptional(z.enum(STATE_NAMES, { error: `expected one of ${STATE_NAMES.join(', ')}` }));
  const moment = z.exactOptional(momentOption(io));
  const schema = z.object({
    ...baseOptions,
    ...pageOptions,
    flow: text,
    state,
    connection: text,
    topic: text,
    record: text,
    event: pageOptions.after,
    since: moment,
    until: moment,
  });
  onRun(command, schema, async ({ config, json, ...filter }) => {
    const result = await withSession(io, config, ({ call }) => call(deliveriesList, filter));
    const none = filter.state === 'parked' ? 'Nothing is parked: no delivery waits for a person.' : 'No deliveries match.';
    const text = (): string =>
      result.deliveries.length === 0 ? none : formatDeliveries(result.deliveries, io.now()) + nextPage(result.next);
    print(io, { json }, result, text);
  });
}

function registerShow(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'show <id>',
    summary: 'shows one delivery: state, workflow, what stopped it, what it wrote',
    example: 'deskbridge deliveries show 2077',
  });
  onRun(command, z.object(baseOptions), async ({ config, json }, args) => {
    const id = readId(args);
    const delivery = await withSession(io, config, ({ call }) => call(deliveriesShow, { id }));
    print(io, { json }, delivery, () => {
      const edits = delivery.edits === null ? [] : [`Edits\n${JSON.stringify(delivery.edits, null, 2)}`];
      return [formatDelivery(delivery, io.now()), ...edits, formatEffects(delivery.effects, io.now())].join('\n\n');
    });
  });
}
