import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { assertKnown } from '../terminal/assert-known.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { connectionsClose, connectionsResume } from '../../operator/tasks/connections.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { DeskbridgeConfig } from '../../config/read/read.ts';

/** `connection resume`. */
export function registerResume(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'resume <name>',
    summary: "opens a connection's gate; the flows that need it go on",
    example: 'deskbridge connection resume billing',
  });
  onRun(command, z.object(baseOptions), async ({ config: path, json }, args) => {
    const connection = args[0] ?? '';
    const result = await withSession(io, path, async ({ config, call }) => {
      assertKnown('connection', connection, namesOf(config));
      return call(connectionsResume, { connection });
    });
    print(io, { json }, result, () => {
      const opened =
        result.flows.length === 0 ? '' : ` Opened too, since they were closed for what they met there: ${result.flows.join(', ')}.`;
      return `Connection ${connection} ${result.wasClosed ? 'is open; the flows that need it go on.' : 'was open already.'}${opened}`;
    });
  });
}

/** `connection close`. */
export function registerClose(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'close <name>',
    summary: "closes a connection's gate until somebody opens it; deliveries wait",
    example: 'deskbridge connection close billing --reason "maintenance until noon"',
  }).requiredOption('--reason <text>', 'why, for whoever looks next; no personal data');
  onRun(command, z.object({ ...baseOptions, reason: z.string().min(1).max(500) }), async ({ config: path, json, reason }, args) => {
    const connection = args[0] ?? '';
    const result = await withSession(io, path, async ({ config, call }) => {
      assertKnown('connection', connection, namesOf(config));
      const flows = config.flows.filter((flow) => flow.connections.includes(connection)).map((flow) => flow.name);
      return call(connectionsClose, { connection, reason, flows });
    });
    print(
      io,
      { json },
      result,
      () =>
        `Connection ${connection} is closed${result.wasOpen ? '' : ' (it was before, too)'}; ${result.flows.length === 0 ? 'no flow needs it' : `waiting: ${result.flows.join(', ')}`}. Open it: deskbridge connection resume ${connection}.`,
    );
  });
}

function namesOf(config: DeskbridgeConfig): readonly string[] {
  return config.connections.map(({ name }) => name);
}
