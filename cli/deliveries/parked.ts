import { z } from 'zod';
import { addCommand, baseOptions, onRun, pageOptions, readId } from '../terminal/command.ts';
import { nextPage, print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { formatFields, formatTable } from '../terminal/table.ts';
import { parkedList, parkedShow } from '../../operator/tasks/parked.ts';
import { formatMoment, formatRelative } from '../terminal/time.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `parked`: authentic requests that could not be used. */
export function registerParked(program: Command, io: Io): void {
  const parked = program
    .command('parked')
    .summary('authentic requests that could not be used, or were too large: list, show')
    .description(
      'Authentic requests that could not be used, kept because their senders will not repeat them; and those that were too large to be kept, without their bodies.',
    );
  const list = addCommand(parked, {
    usage: 'list',
    summary: 'lists them, newest first, without their bodies',
    example: 'deskbridge parked list --connection shop',
  })
    .option('--connection <name>', 'only those that came to this connection')
    .option('--limit <n>', 'how many at most (default 50)')
    .option('--after <id>', 'go on after this one');
  onRun(
    list,
    z.object({ ...baseOptions, ...pageOptions, connection: z.exactOptional(z.string()) }),
    async ({ config, json, ...filter }) => {
      const result = await withSession(io, config, ({ call }) => call(parkedList, filter));
      print(io, { json }, result, () => {
        if (result.requests.length === 0) return 'No parked requests: every authentic request could be used.';
        const rows = result.requests.map((one) => [
          one.id,
          one.connection,
          one.bytes === 0 ? 'none' : String(one.bytes),
          formatRelative(one.receivedAt, io.now()),
          one.problem,
        ]);
        return formatTable(['ID', 'CONNECTION', 'BYTES', 'RECEIVED', 'PROBLEM'], rows) + nextPage(result.next);
      });
    },
  );
  registerShow(parked, io);
}

function registerShow(parent: Command, io: Io): void {
  const command = addCommand(parent, { usage: 'show <id>', summary: 'shows one of them', example: 'deskbridge parked show 3' }).option(
    '--body',
    'the raw body too; it may hold personal data',
  );
  onRun(command, z.object({ ...baseOptions, body: z.boolean().default(false) }), async ({ config, json, body }, args) => {
    const id = readId(args);
    const one = await withSession(io, config, ({ call }) => call(parkedShow, { id, body }));
    print(io, { json }, one, () => {
      const fields = formatFields([
        ['request', one.id],
        ['connection', one.connection],
        ['received', formatMoment(one.receivedAt, io.now())],
        ['problem', one.problem],
        ['bytes kept', String(one.bytes)],
        ['sha256', one.sha256],
      ]);
      return one.body === null ? fields : `${fields}\n\nBody (${one.body.encoding})\n${one.body.text}`;
    });
  });
}
