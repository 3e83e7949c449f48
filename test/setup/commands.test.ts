import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS, needsTemporalCli } from '../../setup/commands.mjs';

const NAMED_INLINE = 'temporal: { address: localhost:7233, namespace: default }\n';
const NAMED_BELOW = 'server:\n  port: 8080\ntemporal:\n  # ours\n  namespace: default\n  address: temporal:7233\nstore: {}\n';
const ELSEWHERE = 'temporal:\n  namespace: default\nstore:\n  address: db\n';

describe('the Temporal CLI', () => {
  it.each([
    ['test', [], null, true],
    ['demo', [], NAMED_INLINE, true],
    ['start', [], null, true],
    ['start', [], NAMED_INLINE, false],
    ['start', [], NAMED_BELOW, false],
    ['start', [], ELSEWHERE, true],
    ['deskbridge', ['events'], null, false],
    ['deskbridge', ['dev'], null, true],
    ['deskbridge', ['dev'], NAMED_BELOW, false],
    ['shape', [], null, false],
  ])('%s %j with the configuration %j needs it: %s', (name, args, yaml, expected) => {
    const command = COMMANDS[name];
    expect(command && needsTemporalCli(command, args, () => yaml)).toBe(expected);
  });

  it.each([[['--config', 'other.yaml']], [['--config=other.yaml']]])('is judged by the configuration that %j names', (args) => {
    const command = COMMANDS['start'];
    expect(command && needsTemporalCli(command, args, (path) => (path === 'other.yaml' ? NAMED_INLINE : null))).toBe(false);
  });
});

describe('a command that is not there', () => {
  it('is refused with those that are', () => {
    const run = spawnSync(process.execPath, ['setup/run.mjs', 'tset'], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/^setup: no command "tset"; there are demo, start, /);
  });
});
