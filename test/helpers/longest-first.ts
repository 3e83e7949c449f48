import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/**
 * The test files that take longest, the longest first: on a machine that has not run them yet, a long one that starts last would be
 * waited for alone. Most of them wait for outages and time-outs, and what computes runs beside them; those of `chaos/`, which start
 * many processes, stand apart. Order them anew by `.cache/vitest.json`, which `npm test` writes; a file of more than ten seconds
 * belongs here.
 */
export const LONGEST_FIRST = [
  'chaos/outages',
  'e2e/nothing-parked',
  'e2e/store-outages',
  'e2e/facts',
  'workflows/failing-task',
  'e2e/threads',
  'chaos/points',
  'e2e/faults',
  'workflows/delivery',
  'inbox/stress',
  'e2e/dev-alone',
  'e2e/order',
  'inbox/database',
  'inbox/plans',
  'inbox/silent-store',
  'e2e/gates',
  'e2e/kill',
  'e2e/processes',
  'e2e/reaper',
  'inbox/embedded-thread',
  'e2e/unknown-flow',
  'chaos/order',
  'e2e/start-without-store',
  'e2e/both-ways',
  'e2e/least-rights',
  'inbox/store-outages',
  'server/half-open',
  'e2e/both-down',
  'inbox/folder-lock',
] as const;

/** Starts the files of `LONGEST_FIRST` in that order, then the others as vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted
      .map((file, index) => ({ file, rank: rankOf(relative(file.project.config.root, file.moduleId)) ?? LONGEST_FIRST.length + index }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ file }) => file);
  }
}

function rankOf(path: string): number | null {
  const rank = LONGEST_FIRST.findIndex((name) => path === `test/${name}.test.ts`);
  return rank === -1 ? null : rank;
}
