import { z } from 'zod';
import { configurationDocs } from '../../config/docs.ts';
import { installed } from '../../config/installed.ts';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { print } from '../terminal/print.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';

/** `docs configuration`: the reference, made from the schemas. */
export function registerDocs(program: Command, io: Io): void {
  const docs = program.command('docs').summary('reference pages, made from the code').description('Reference pages, made from the code.');
  const command = addCommand(docs, {
    usage: 'configuration',
    summary: 'prints the reference of deskbridge.yaml as Markdown',
    example: 'deskbridge docs configuration > docs/configuration.md',
  });
  onRun(command, z.object(baseOptions), ({ json }) => {
    const markdown = configurationDocs(installed);
    print(io, { json }, { markdown }, () => markdown.trimEnd());
    return Promise.resolve();
  });
}
