import { expect, it, onTestFinished } from 'vitest';
import { startHousekeeping } from '../../processes/housekeeping.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { makeEmbedded } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows, toRow } from '../helpers/inbox.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

it('removes what is past its time when it starts, and makes its space usable again', async () => {
  const { db: pglite, remove } = await makeEmbedded();
  onTestFinished(remove);
  const statements: string[] = [];
  const db: typeof pglite = {
    ...pglite,
    query: (text, values, options) => {
      statements.push(text);
      return pglite.query(text, values, options);
    },
  };
  const long = { receivedAt: new Date(Date.now() - 100 * DAY_MS), deliveries: [] };
  await recordEvents(db, [toRow('old', long), toRow('young', { deliveries: [] })]);
  const warnings: object[] = [];
  const housekeeping = startHousekeeping(
    db,
    { bodies: 30 * DAY_MS, events: 90 * DAY_MS },
    { warn: (fields) => void warnings.push(fields) },
  );
  onTestFinished(() => housekeeping.stop());
  await eventually(() => expect(statements).toContain('vacuum'));
  expect(await countRows(pglite, 'event')).toBe(1);
  expect(warnings).toEqual([]);
});

it('makes the space of dead rows usable again about every hour, also where nothing was removed', async () => {
  const { db: pglite, remove } = await makeEmbedded();
  onTestFinished(remove);
  let nowMs = 0;
  const did: string[] = [];
  const db: typeof pglite = {
    ...pglite,
    query: (text, values, options) => {
      if (text === 'vacuum') did.push('reclaimed');
      if (text.includes('delete from parked_request')) did.push('swept');
      return pglite.query(text, values, options);
    },
  };
  const warnings: object[] = [];
  const log = { warn: (fields: object) => void warnings.push(fields) };
  const housekeeping = startHousekeeping(db, { bodies: 30 * DAY_MS, events: 90 * DAY_MS }, log, { everyMs: 10, now: () => nowMs });
  onTestFinished(() => housekeeping.stop());
  for (const hour of [1, 2]) {
    did.length = 0;
    await eventually(() => expect(did.length).toBeGreaterThan(3));
    expect(did).not.toContain('reclaimed');
    nowMs = hour * 60 * 60 * 1000;
    await eventually(() => expect(did).toContain('reclaimed'));
    expect(did.filter((what) => what === 'reclaimed')).toHaveLength(1);
  }
  expect(warnings).toEqual([]);
});

it('goes on with what else is past its time where one kind of it cannot be removed, and says that something failed', async () => {
  const { db: pglite, remove } = await makeEmbedded();
  onTestFinished(remove);
  const db: typeof pglite = {
    ...pglite,
    query: (text, values, options) =>
      text.includes('delete from body') ? Promise.reject(new Error('locked')) : pglite.query(text, values, options),
  };
  const long = { receivedAt: new Date(Date.now() - 100 * DAY_MS), deliveries: [] };
  await recordEvents(pglite, [toRow('old', long)]);
  const warnings: object[] = [];
  const housekeeping = startHousekeeping(
    db,
    { bodies: 30 * DAY_MS, events: 90 * DAY_MS },
    { warn: (fields) => void warnings.push(fields) },
  );
  onTestFinished(() => housekeeping.stop());
  await eventually(() => expect(warnings).toEqual([{ err: 'Error' }]));
  expect(await countRows(pglite, 'event')).toBe(0);
});

it('puts right what a flow counts as under way, and says so', async () => {
  const { db, remove } = await makeEmbedded();
  onTestFinished(remove);
  await db.query(`insert into gate (flow, lane, under_way) values ('sync', 0, -3)`);
  const warnings: object[] = [];
  const housekeeping = startHousekeeping(
    db,
    { bodies: 30 * DAY_MS, events: 90 * DAY_MS },
    { warn: (fields) => void warnings.push(fields) },
  );
  onTestFinished(() => housekeeping.stop());
  await eventually(async () => expect(await countRows(db, 'gate', 'under_way = 0')).toBe(1));
  expect(warnings).toEqual([{ flow: 'sync', lane: 0 }]);
});
