import { readdirSync, readFileSync } from 'node:fs';
import { silentIo } from './silent-io.ts';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../cli/program.ts';
import type { Command } from 'commander';

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'deskbridge.example.yaml', 'deploy/compose.yaml', ...listMarkdown('docs')];
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/<id>/g, '1'],
  [/<[a-z-]+>/g, 'name'],
];

function listMarkdown(name: string): readonly string[] {
  return readdirSync(folder(name))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${name}/${file}`);
}

/** Every `deskbridge …` in code: spans, and lines of shell blocks without their comments. */
function commandsOf(text: string): readonly string[] {
  const spans = [...text.matchAll(/`(?:npm run )?deskbridge (?:-- )?([a-z][^`]*)`/g)].map((match) => match[1] ?? '');
  const lines = [...text.matchAll(/^ *(?:\$ )?(?:npm run )?deskbridge (?:-- )?([a-z].*)$/gm)].map((match) => match[1] ?? '');
  return [...spans, ...lines].map((line) => line.replace(/\s+(#|>|\|) .*$/, '').trim());
}

/** What the command line says of this call; null: it takes it. The command itself is not run. */
async function refusal(call: string): Promise<string | null> {
  const program = createProgram(silentIo);
  leavesOf(program).forEach((leaf) => leaf.action(() => undefined));
  const words = STAND_INS.reduce((text, [from, to]) => text.replaceAll(from, to), call).split(/\s+/);
  try {
    await program.parseAsync(words, { from: 'user' });
    return null;
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

function leavesOf(command: Command): readonly Command[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  return children.length === 0 ? [command] : children.flatMap(leavesOf);
}

describe('an npm script that the documents show', () => {
  it('is one of package.json', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(folder('package.json'), 'utf8')));
    const named = DOCUMENTS.flatMap((name) =>
      [...readFileSync(folder(name), 'utf8').matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('a command that the documents show', () => {
  const shown = DOCUMENTS.flatMap((name) => commandsOf(readFileSync(folder(name), 'utf8')).map((call) => [name, call] as const));

  it.each(shown)('%s: deskbridge %s', async (_name, call) => {
    expect(await refusal(call)).toBeNull();
  });

  it('is refused here where it is wrong', async () => {
    expect(shown.length).toBeGreaterThan(20);
    expect(await refusal('deliveries list --status parked')).toMatch(/unknown option/);
    expect(await refusal('deliverys list')).toMatch(/unknown command/);
  });
});
