import { describe, expect, it } from 'vitest';
import { jobs } from '../../jobs/registry.ts';
import { gauges, migrations, tasks } from '../../processes/slices.ts';
import { tasks as ofTheInbox } from '../../operator/tasks/registry.ts';

describe('the slices of the product', () => {
  it('have migrations, tasks and gauges under names of their own', () => {
    const ids = migrations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(tasks.size).toBe(ofTheInbox.length + [...jobs.values()].reduce((count, job) => count + job.tasks.length, 0));
    const names = gauges.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('of jobs begin the names of what they own with their own', () => {
    for (const job of jobs.values()) {
      for (const { id } of job.migrations) expect(id).toMatch(new RegExp(`^${job.name}-\\d{3}-`));
      for (const { name } of job.tasks) expect(name).toMatch(new RegExp(`^${job.name}\\.`));
    }
  });
});
