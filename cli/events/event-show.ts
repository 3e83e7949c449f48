import { z } from 'zod';
import { addCommand, baseOptions, onRun, readId } from '../terminal/command.ts';
import { formatDeliveries, formatEffects } from '../deliveries/delivery-text.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { formatFields } from '../terminal/table.ts';
import { eventsShow } from '../../operator/tasks/events.ts';
import { formatMoment } from '../terminal/time.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `events show`. */
export function registerEventShow(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'show <id>',
    summary: 'shows one event, its deliveries and what they wrote',
    example: 'deskbridge events show 1042',
  }).option('--body', 'the raw body too; it may hold personal data');
  onRun(command, z.object({ ...baseOptions, body: z.boolean().default(false) }), async ({ config, json, body }, args) => {
    const id = readId(args);
    const event = await withSession(io, config, ({ call }) => call(eventsShow, { id, body }));
    print(io, { json }, event, () => {
      const fields = formatFields([
        ['event', event.id],
        ['connection', event.connection],
        ['topic', event.topic],
        ['record', event.record],
        ['received', formatMoment(event.receivedAt, io.now())],
        ['dedupe', event.dedupe],
      ]);
      const deliveries =
        event.deliveries.length === 0 ? 'No deliveries: no flow wants it.' : `Deliveries\n${formatDeliveries(event.deliveries, io.now())}`;
      const parts = [fields, deliveries, formatEffects(event.effects, io.now())];
      if (body)
        parts.push(event.body === null ? 'No body: it expired or was erased.' : `Body (${event.body.encoding})\n${event.body.text}`);
      return parts.join('\n\n');
    });
  });
}
