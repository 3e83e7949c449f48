import { z } from 'zod';
import { addCommand, baseOptions, momentOption, onRun, pageOptions } from '../terminal/command.ts';
import { nextPage, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { formatTable } from '../terminal/table.ts';
import { eventsList } from '../../operator/tasks/events.ts';
import { formatRelative } from '../terminal/time.ts';
import { registerEventShow } from './event-show.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `events`: what senders said. */
export function registerEvents(program: Command, io: Io): void {
  const events = program
    .command('events')
    .summary('what senders said: list, show')
    .description('What senders said, each event stored once.');
  registerList(events, io);
  registerEventShow(events, io);
}

function registerList(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'list',
    summary: 'lists events, newest first, without their bodies',
    example: 'deskbridge events list --connection billing --since 2h',
  })
    .option('--connection <name>', 'only those that came to this connection')
    .option('--topic <topic>', 'only this topic')
    .option('--record <record>', 'only those about this record, such as conversation:42')
    .option('--flow <name>', 'only those that this flow got')
    .option('--since <time>', 'received since: 2h (that long ago) or ISO 8601')
    .option('--until <time>', 'received before')
    .option('--limit <n>', 'how many at most (default 50)')
    .option('--after <id>', 'go on after this one');
  const text = z.exactOptional(z.string());
  const schema = z.object({
    ...baseOptions,
    ...pageOptions,
    connection: text,
    topic: text,
    record: text,
    flow: text,
    since: z.exactOptional(momentOption(io)),
    until: z.exactOptional(momentOption(io)),
  });
  onRun(command, schema, async ({ config, json, ...filter }) => {
    const result = await withSession(io, config, ({ call }) => call(eventsList, filter));
    print(io, { json }, result, () => {
      if (result.events.length === 0) return 'No events match.';
      const rows = result.events.map((event) => [
        event.id,
        event.connection,
        event.topic,
        event.record ?? '-',
        String(event.deliveries),
        formatRelative(event.receivedAt, io.now()),
      ]);
      return formatTable(['ID', 'CONNECTION', 'TOPIC', 'RECORD', 'DELIVERIES', 'RECEIVED'], rows) + nextPage(result.next);
    });
  });
}
