import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../command.ts';
import { assertKnown } from '../assert-known.ts';
import { print } from '../print.ts';
import { withSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { connectionsClose, connectionsList, connectionsResume } from '../tasks/connections.ts';
import { formatRelative } from '../time.ts';
import { toWebhookUrl } from '../webhook-url.ts';
import type { Command } from 'commander';
import type { Io } from '../io.ts';
import type { DeskbridgeConfig } from '../../config/read.ts';

/** `connection`: the gates of the connected systems. */
export function registerConnection(program: Command, io: Io): void {
  const connection = program.command('connection').summary('the connected systems and their gates: list, close, resume').description('Connections and their gates: a closed one takes no calls, and the flows that need it wait.');
  registerList(connection, io);
  registerResume(connection, io);
  registerClose(connection, io);
}

function registerList(parent: Command, io: Io): void {
  const command = addCommand(parent, { usage: 'list', summary: 'lists the connections and whether they take calls', example: 'deskbridge connection list' });
  onRun(command, z.object(baseOptions), async ({ config: path, json }) => {
    const result = await withSession(io, path, async ({ config, call }) => {
      const { gates } = await call(connectionsList, {});
      const connections = config.connections.map(({ name, type }) => ({ name, type, webhook: toWebhookUrl(config, name), closed: gates.find((gate) => gate.connection === name) ?? null }));
      return { connections };
    });
    print(io, { json }, result, () => {
      if (result.connections.length === 0) return 'No connections are configured.';
      const rows = result.connections.map(({ name, type, closed }) => [name, type, ...(closed === null ? ['open', '-', '-'] : [`closed: ${closed.state}`, formatRelative(closed.since, io.now()), `${closed.reason}. ${closed.hint}`])]);
      return formatTable(['CONNECTION', 'TYPE', 'GATE', 'SINCE', 'WHY'], rows);
    });
  });
}

function registerResume(parent: Command, io: Io): void {
  const command = addCommand(parent, { usage: 'resume <name>', summary: 'opens a connection\'s gate; the flows that need it go on', example: 'deskbridge connection resume billing' });
  onRun(command, z.object(baseOptions), async ({ config: path, json }, args) => {
    const connection = args[0] ?? '';
    const result = await withSession(io, path, async ({ config, call }) => {
      assertKnown('connection', connection, namesOf(config));
      return call(connectionsResume, { connection });
    });
    print(io, { json }, result, () => (result.wasClosed ? `Connection ${connection} is open; the flows that need it go on.` : `Connection ${connection} was open already.`));
  });
}

function registerClose(parent: Command, io: Io): void {
  const command = addCommand(parent, { usage: 'close <name>', summary: 'closes a connection\'s gate until somebody opens it; deliveries wait', example: 'deskbridge connection close billing --reason "maintenance until noon"' })
    .requiredOption('--reason <text>', 'why, for whoever looks next; no personal data');
  onRun(command, z.object({ ...baseOptions, reason: z.string().min(1).max(500) }), async ({ config: path, json, reason }, args) => {
    const connection = args[0] ?? '';
    const result = await withSession(io, path, async ({ config, call }) => {
      assertKnown('connection', connection, namesOf(config));
      const flows = config.flows.filter((flow) => flow.connections.includes(connection)).map((flow) => flow.name);
      return call(connectionsClose, { connection, reason, flows });
    });
    print(io, { json }, result, () => `Connection ${connection} is closed${result.wasOpen ? '' : ' (it was before, too)'}; ${result.flows.length === 0 ? 'no flow needs it' : `waiting: ${result.flows.join(', ')}`}. Open it: deskbridge connection resume ${connection}.`);
  });
}

function namesOf(config: DeskbridgeConfig): readonly string[] {
  return config.connections.map(({ name }) => name);
}
