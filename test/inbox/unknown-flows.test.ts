import { expect, it, onTestFinished } from 'vitest';
import { watchUnknownFlows } from '../../inbox/unknown-flows.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { claim, recordEach } from '../helpers/inbox.ts';
import type { Queryable } from '../../store/driver/database.ts';

const NEVER_MS = 3_600_000;

function watch(db: Queryable, times: { readonly everyMs: number; readonly againMs: number }): readonly string[] {
  const lines: string[] = [];
  const keep = (_fields: object, message: string): void => void lines.push(message);
  const watching = watchUnknownFlows({ db, known: ['sync'], log: { info: keep, warn: keep }, ...times });
  onTestFinished(() => watching.stop());
  return lines;
}

describeOnEachDatabase('a flow that something waits for and that is not configured', (open) => {
  it('is named once in the log, and once more when nothing waits for it any more', async () => {
    const db = await open();
    await recordEach(db, 'sync', 'k', ['one']);
    await recordEach(db, 'old', 'k', ['two']);
    const lines = watch(db, { everyMs: 10, againMs: NEVER_MS });
    await eventually(() => expect(lines).toHaveLength(1));
    await claim(db, 'L1', { flow: 'old' });
    await eventually(() => expect(lines).toHaveLength(2));
    expect(lines[0]).toContain('deskbridge flows remove old');
    expect(lines[1]).toBe('nothing waits any more for the unknown flow old');
  });

  it('is found soon where the first look failed, and not only with the next regular one', async () => {
    const db = await open();
    await recordEach(db, 'old', 'k', ['one']);
    let failures = 0;
    const flaky: Queryable = {
      query: (text, values) => {
        failures += 1;
        return failures === 1 ? Promise.reject(new StoreUnavailable('The test cut the connection.')) : db.query(text, values);
      },
    };
    const lines = watch(flaky, { everyMs: NEVER_MS, againMs: 10 });
    await eventually(() => expect(lines).toHaveLength(1));
  });
});
