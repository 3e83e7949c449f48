import { describe, expect, it } from 'vitest';
import { silentIo } from './silent-io.ts';
import { createProgram } from '../../cli/program.ts';
import { VERSION } from '../../cli/version.ts';
import { openCli, readPackage } from './cli.ts';
import type { Command } from 'commander';

/** They run until Ctrl-C; their log is JSON already. `demo` is a play for people. */
const WITHOUT_JSON = ['dev', 'server', 'worker', 'demo'];
/** It makes its own. */
const WITHOUT_CONFIG = ['demo'];

const leaves = leavesOf(createProgram(silentIo), []);

describe('the command line', () => {
  it.each(leaves)('has help with an example for %s', async (path) => {
    const cli = await openCli();
    const { code, out, err } = await cli.run(...path.split(' '), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`\\nExample:\\n  \\$ deskbridge ${path}`));
    if (!WITHOUT_CONFIG.includes(path)) expect(out).toContain('--config <path>');
    if (!WITHOUT_JSON.includes(path)) expect(out).toContain('--json');
  });

  it('greets with the groups of commands and the three first steps', async () => {
    const cli = await openCli();
    const { code, out } = await cli.run();
    expect(code).toBe(0);
    for (const text of ['Run:', 'Look and act:', 'Set up:', 'First steps:', 'deskbridge check']) expect(out).toContain(text);
  });

  it.each([
    ['an unknown command', ['evnts'], 'Did you mean events?'],
    ['an unknown option', ['events', 'list', '--conection', 'x'], '--connection'],
    ['a group without a command', ['events'], 'Usage: deskbridge events'],
    ['a missing argument', ['events', 'show'], "missing required argument 'id'"],
    ['an id that is none', ['events', 'show', 'x1'], '<id>: expected an id'],
    [
      'bad options, all at once',
      ['events', 'list', '--since', 'yesterday', '--limit', '0'],
      /--since: expected how long ago[^]*--limit|--limit[^]*--since/,
    ],
    ['a state that is none', ['deliveries', 'list', '--state', 'lost'], 'expected one of waiting, handed, parked'],
  ])('ends with 2 and says what to do on %s', async (_name, argv, said) => {
    const cli = await openCli();
    const { code, err, out } = await cli.run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('names the version that package.json has', async () => {
    const cli = await openCli();
    expect(await readPackage()).toMatchObject({ version: VERSION });
    expect((await cli.run('version', '--json')).json()).toEqual({ deskbridge: VERSION, node: process.versions.node });
    expect((await cli.run('version')).out).toContain(`deskbridge ${VERSION}`);
  });
});

function leavesOf(command: Command, path: readonly string[]): string[] {
  const children = command.commands.filter((child) => child.name() !== 'help');
  if (children.length === 0) return [path.join(' ')];
  return children.flatMap((child) => leavesOf(child, [...path, child.name()]));
}
