import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configurationDocs } from '../../config/docs.ts';
import { readDotEnv } from '../../config/read/dot-env.ts';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { formatProblems } from '../../config/read/report.ts';

const inTree = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const example = inTree('deskbridge.example.yaml');
const names = [...readDotEnv(inTree('.env.example').replaceAll(/^# (?=[A-Z_]+=$)/gm, '')).variables.keys()];

function check(text: string, env: Record<string, string>): string {
  const readFile = (path: string): string => {
    if (path === 'deskbridge.yaml') return text;
    throw new Error(`no file ${path}`);
  };
  const loaded = loadConfig({ path: 'deskbridge.yaml', env, readFile }, installed);
  return loaded.ok ? formatProblems([], loaded.warnings) : formatProblems(loaded.problems, loaded.warnings);
}

describe('the example', () => {
  const filled = Object.fromEntries(names.map((name, index) => [name, `a-long-enough-secret-text-${index}`]));

  it('passes the check without a warning once the variables of .env.example are set', () => {
    expect(check(example, filled)).toBe('');
  });

  it('names exactly the variables that .env.example lists', () => {
    const used = [...example.matchAll(/env:([A-Z_]+)/g)].map((match) => match[1]);
    expect([...new Set(used)].sort()).toEqual([...names].sort());
  });

  it('is refused with one problem for each variable while none is set', () => {
    expect(check(example, {})).toContain('10 problems. Nothing was started.');
  });

  it('is refused for the jobs that this version does not run, once they are taken out of their comments', () => {
    const later = example.replaceAll(/^# (?=contactSync:|knowledge:| {2}- )/gm, '');
    expect(check(later, filled).match(/Not in this version yet/g)).toHaveLength(2);
  });
});

describe('docs/configuration.md', () => {
  it('is what the schemas say: npm run docs writes it anew', () => {
    expect(inTree('docs/configuration.md')).toBe(configurationDocs(installed));
  });
});
