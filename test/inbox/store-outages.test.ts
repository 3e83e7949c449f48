import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { migrate } from '../../store/migrate.ts';
import { proveWritable } from '../../store/driver/prove-writable.ts';
import { recordEvents } from '../../store/inbox/record-events.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows, toRow } from '../helpers/inbox.ts';
import { describeWithOwnPostgres } from '../helpers/own-postgres.ts';
import { makeOwnStore } from '../helpers/own-store.ts';
import { canMount, mountSmallDisk } from '../../bench/rig/small-disk.ts';
import { teardown } from '../helpers/teardown.ts';
import type { OwnStore } from '../helpers/own-store.ts';

/** Everything goes on by itself within 10 s after an outage; a shared machine gets twice that. */
const BACK_WITHIN_MS = 20_000;

describeWithOwnPostgres('PostgreSQL that is not as it should be', () => {
  let store: OwnStore;
  const closeAfter = teardown();
  beforeAll(async () => {
    store = await makeOwnStore();
    closeAfter(() => store.remove());
    await migrate(store.db);
  });

  /** What it says while it lasts, to whoever records, probes, or works in a transaction. */
  const failures = async (): Promise<string[]> => {
    const tried = await Promise.allSettled([
      recordEvents(store.db, [toRow('during')]),
      proveWritable(store.db, 1000),
      store.db.transaction((tx) => tx.query("insert into applied (flow, record, version) values ('a', 'b', 'c')")),
    ]);
    return tried.map((one) => {
      expect(one.status === 'rejected' ? one.reason : 'it worked').toBeInstanceOf(StoreUnavailable);
      return one.status === 'rejected' ? String(one.reason) : '';
    });
  };
  const isBack = (): Promise<void> =>
    eventually(async () => {
      await proveWritable(store.db, 1000);
      expect(await countRows(store.direct, 'event', "connection = ''")).toBe(0);
    }, BACK_WITHIN_MS);

  it('has no connection left: it is away, and the message says so', async () => {
    const giveBack = await store.takeConnections();
    const said = await failures();
    await giveBack();
    expect(said).toEqual(said.map(() => expect.stringContaining('it has no connection left (53300)')));
    await isBack();
  });

  const onSmallDisk = canMount() ? it : it.skip;
  onSmallDisk(`has a full disk${canMount() ? '' : ' (needs the right to mount)'}: it is away, and the message says so`, async () => {
    const disk = mountSmallDisk(statSync(store.data).uid, 16);
    onTestFinished(() => disk.remove());
    await store.direct.query(`create tablespace small location '${disk.path}'`);
    await store.direct.query('alter table body set tablespace small');
    const makeRoom = disk.fill();
    const record = (name: string): Promise<unknown> => recordEvents(store.db, [toRow(name, { raw: randomBytes(100_000) })]);
    await expect(record('while it is full')).rejects.toThrow(/its disk is full \(53100\)/);
    await expect(record('while it is full')).rejects.toBeInstanceOf(StoreUnavailable);
    makeRoom();
    await record('while it is full');
    await isBack();
    await store.direct.query('alter table body set tablespace pg_default');
    await store.direct.query('drop tablespace small');
  });

  it('has a new password: it is away, and the message says so', async () => {
    await store.setPassword('second');
    await store.cutSessions();
    await eventually(async () => {
      const said = await failures();
      expect(said).toEqual(said.map(() => expect.stringContaining('it refuses the user or the password (28P01)')));
    });
    await store.setPassword('first');
    await isBack();
  });

  it('has lost its tables: it is away, and the message says so', async () => {
    await store.direct.query('alter schema public rename to elsewhere');
    await store.direct.query('create schema public authorization app');
    const said = await failures();
    expect(said).toEqual(said.map(() => expect.stringContaining('our tables are missing or of another version (42P01)')));
    await store.direct.query('drop schema public');
    await store.direct.query('alter schema elsewhere rename to public');
    await isBack();
  });

  it('has become a standby: it is away, the message says so, and no connection to it is kept', async () => {
    await store.demote();
    await eventually(async () => {
      const said = await failures();
      expect(said).toEqual(said.map(() => expect.stringContaining('it can only be read, as a standby (25006)')));
    });
    await store.promote();
    await isBack();
  });

  describe('as a standby that refuses to let anybody listen', () => {
    it('holds one listening connection at most, and none after listening was stopped', async () => {
      await store.demote();
      const listeners = (): Promise<number> => countRows(store.direct, 'pg_stat_activity', "application_name = 'deskbridge listen'");
      let heard = 0;
      const unlisten = await store.db.listen('channel', () => (heard += 1));
      const counted: number[] = [];
      await eventually(async () => {
        counted.push(await listeners());
        expect(counted.length).toBeGreaterThan(40);
      });
      expect(Math.max(...counted)).toBeLessThanOrEqual(1);
      await store.promote();
      await eventually(() => expect(heard).toBeGreaterThan(0), BACK_WITHIN_MS);
      expect(await listeners()).toBe(1);
      await unlisten();
      await eventually(async () => expect(await listeners()).toBe(0));
    });
  });
});
