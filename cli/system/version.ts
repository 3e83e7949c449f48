import { z } from 'zod';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { print } from '../terminal/print.ts';
import { VERSION } from '../version.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `version`. */
export function registerVersion(program: Command, io: Io): void {
  const command = addCommand(program, {
    usage: 'version',
    summary: 'prints the versions of Deskbridge and Node',
    example: 'deskbridge version',
  });
  onRun(command, z.object(baseOptions), ({ json }) => {
    const versions = { deskbridge: VERSION, node: process.versions.node };
    print(io, { json }, versions, () => `deskbridge ${versions.deskbridge}, Node ${versions.node}`);
    return Promise.resolve();
  });
}
