import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { formatTable } from '../terminal/table.ts';
import { connectionsList } from '../../operator/tasks/connections.ts';
import { formatRelative } from '../terminal/time.ts';
import { toWebhookUrl } from '../../operator/webhook-url.ts';
import { registerClose, registerResume } from './connection-gate.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `connection`: the gates of the connected systems. */
export function registerConnection(program: Command, io: Io): void {
  const connection = program
    .command('connection')
    .summary('the connected systems and their gates: list, close, resume')
    .description('Connections and their gates: a closed one takes no calls, and the flows that need it wait.');
  registerList(connection, io);
  registerResume(connection, io);
  registerClose(connection, io);
}

function registerList(parent: Command, io: Io): void {
  const command = addCommand(parent, {
    usage: 'list',
    summary: 'lists the connections and whether they take calls',
    example: 'deskbridge connection list',
  });
  onRun(command, z.object(baseOptions), async ({ config: path, json }) => {
    const result = await withSession(io, path, async ({ config, call }) => {
      const { gates } = await call(connectionsList, {});
      const connections = config.connections.map(({ name, type }) => ({
        name,
        type,
        webhook: toWebhookUrl(config, name),
        closed: gates.find((gate) => gate.connection === name) ?? null,
      }));
      return { connections };
    });
    print(io, { json }, result, () => {
      if (result.connections.length === 0) return 'No connections are configured.';
      const rows = result.connections.map(({ name, type, closed }) => [
        name,
        type,
        ...(closed === null
          ? ['open', '-', '-']
          : [`closed: ${closed.state}`, formatRelative(closed.since, io.now()), `${closed.reason}. ${closed.hint}`]),
      ]);
      return formatTable(['CONNECTION', 'TYPE', 'GATE', 'SINCE', 'WHY'], rows);
    });
  });
}
