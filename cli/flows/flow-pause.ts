import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { assertKnown } from '../terminal/assert-known.ts';
import { print } from '../terminal/print.ts';
import { withSession } from '../terminal/session.ts';
import { flowsPause } from '../../operator/tasks/flows.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `flows pause` and `flows resume`. */
export function registerPause(
  parent: Command,
  io: Io,
  how: { readonly name: string; readonly paused: boolean; readonly summary: string },
): void {
  const command = addCommand(parent, {
    usage: `${how.name} <flow>`,
    summary: how.summary,
    example: `deskbridge flows ${how.name} dunning`,
  });
  onRun(command, z.object(baseOptions), async ({ config: path, json }, args) => {
    const flow = args[0] ?? '';
    const { inFile, ...result } = await withSession(io, path, async ({ config, call }) => {
      assertKnown(
        'flow',
        flow,
        config.flows.map((one) => one.name),
      );
      const inFile = config.flows.some(({ name, paused }) => name === flow && paused);
      return { ...(await call(flowsPause, { flow, paused: how.paused })), inFile };
    });
    print(io, { json }, result, () => {
      if (how.paused) return `Flow ${flow} is paused: its events are recorded and wait. Let it go on: deskbridge flows resume ${flow}.`;
      const until = inFile ? ` The configuration pauses it: this word holds for as long as that line stands there, restarts included.` : '';
      return `Flow ${flow} goes on.${until}`;
    });
  });
}
