import { z } from 'zod';
import { sendersOf } from '../../config/catalog.ts';
import { connectors } from '../../connectors/registry.ts';
import { fieldRows } from '../../config/field-rows.ts';
import { flowKinds } from '../../flows/registry.ts';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { print } from '../terminal/print.ts';
import { formatTable } from '../terminal/table.ts';
import type { Command } from 'commander';
import type { FieldRow } from '../../config/field-rows.ts';
import type { Io } from '../terminal/io.ts';

interface Kind {
  readonly name: string;
  readonly summary: string;
  readonly order: 'record' | 'none';
  readonly coalesce: boolean;
  readonly topics: { readonly [role: string]: readonly string[] };
  readonly options: readonly FieldRow[];
}

/** `flows kinds`: what `do:` can name. Needs no configuration. */
export function registerKinds(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'kinds',
    summary: 'lists what can be done on an event, with options and topics',
    example: 'deskbridge flows kinds',
  });
  onRun(command, z.object(baseOptions), ({ json }) => {
    const kinds = [...flowKinds.values()].map(({ name, summary, order, coalesce, topics, options }): Kind => ({
      name,
      summary,
      order,
      coalesce,
      topics,
      options: fieldRows(options),
    }));
    print(io, { json }, { kinds }, () => kinds.map(toText).join('\n\n'));
    return Promise.resolve();
  });
}

function toText({ name, summary, order, topics, options }: Kind): string {
  const events = Object.entries(topics).map(
    ([role, names]) => `  ${role} (${sendersOf(connectors, role, names).join(', ')}): ${names.join(', ')}`,
  );
  const rows = options.map((row) => [`  ${row.path}`, row.type.replaceAll('`', ''), row.default.replaceAll('`', ''), row.description]);
  return [
    `do: ${name}`,
    `  ${summary}`,
    `  Order: ${order === 'record' ? "one record's events one after another" : 'none'}.`,
    'on:',
    ...events,
    'with:',
    formatTable(['  OPTION', 'TYPE', 'DEFAULT', 'MEANING'], rows),
  ].join('\n');
}
