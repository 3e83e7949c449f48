import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sendersOf } from '../../config/catalog.ts';
import { configurationDocs } from '../../config/docs.ts';
import { duration } from '../../model/fields/duration.ts';
import { catalog, load, problemsOf, WORLD } from './catalog.ts';
import type { JobEntry } from '../../config/catalog.ts';
import type { Job } from '../../jobs/job.ts';

const sections = z.array(
  z.strictObject({
    name: z.string().describe('Name of the copy.'),
    from: z.string().describe('Name of the connection that is copied.'),
    every: duration({ min: '1m' }).describe('How often.'),
  }),
);

/** A job that this product does not have. */
const copies: Pick<Job<z.output<typeof sections>[number]>, keyof JobEntry> = {
  name: 'copies',
  summary: 'Copies things.',
  section: sections,
  check: (entries, around) =>
    entries.flatMap(({ from }, index) =>
      around.connection(from)?.roles.includes('commerce') === true
        ? []
        : [{ path: [index, 'from'], expected: 'a shop', found: from, hint: 'Name a shop.' }],
    ),
};
const withCopies = { ...catalog, jobs: new Map<string, JobEntry>([[copies.name, copies]]) };

describe('the list of a job', () => {
  it('is read by its own section, durations as milliseconds', () => {
    const loaded = load(`${WORLD}copies:\n  - { name: all, from: store, every: 15m }\n`, {}, withCopies);
    expect(loaded.ok && loaded.config.jobs.get('copies')).toEqual([{ name: 'all', from: 'store', every: 900_000 }]);
  });

  it('is refused field by field where it is misshapen, with its place in the file', () => {
    const problems = problemsOf(`${WORLD}copies:\n  - { name: all, from: store, every: 10s, extra: 1 }\n`, {}, withCopies);
    expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(['copies[0].every', 'copies[0].extra']));
  });

  it("is held against the connections by the job's own check, whose findings are placed below the list", () => {
    expect(problemsOf(`${WORLD}copies:\n  - { name: all, from: helpdesk, every: 15m }\n`, {}, withCopies)).toMatchObject([
      { path: 'copies[0].from', expected: 'a shop', found: 'helpdesk' },
    ]);
  });

  it('is an unknown key where there is no such job, and no entries where it is left out', () => {
    expect(problemsOf(`${WORLD}copies: []\n`).map(({ path }) => path)).toEqual(['copies']);
    const loaded = load(WORLD, {}, withCopies);
    expect(loaded.ok && loaded.config.jobs.size).toBe(0);
  });

  it('is documented from its section', () => {
    expect(configurationDocs(withCopies)).toMatch(/## copies\n\nCopies things\.[^]*`copies\[\]\.every` \| duration/);
  });
});

describe('who can send what a flow understands', () => {
  it('are the systems of its role that send one of its topics', () => {
    const { connectors } = catalog;
    expect(sendersOf(connectors, 'commerce', ['order.paid', 'order.gone'])).toEqual(['shop']);
    expect(sendersOf(connectors, 'commerce', ['order.gone'])).toEqual([]);
    expect(sendersOf(connectors, 'helpdesk', ['order.paid'])).toEqual([]);
  });
});
