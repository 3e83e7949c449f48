import { makeOwnStore } from './own-store.ts';
import { canMount, mountSmallDisk } from '../../bench/rig/small-disk.ts';
import type { OwnStore } from './own-store.ts';
import type { SmallDisk } from '../../bench/rig/small-disk.ts';

const DISK_MB = 80;

/** A way in which PostgreSQL stops doing its work; `begin` answers how it ends. */
export interface StoreOutage {
  readonly name: string;
  begin(stage: OutageStage): Promise<() => Promise<void>>;
}

/** A store to play outages on. */
export interface OutageStage {
  readonly store: OwnStore;
  /** Where its database lies; null: this machine does not let us mount one. */
  readonly disk: SmallDisk | null;
  remove(): Promise<void>;
}

/** Makes the store, its database on a small disk of its own where that can be had. */
export async function makeOutageStage(): Promise<OutageStage> {
  const mounted: SmallDisk[] = [];
  const mount = (owner: number): string => {
    const disk = mountSmallDisk(owner, DISK_MB);
    mounted.push(disk);
    return disk.path;
  };
  const store = await makeOwnStore(canMount() ? mount : undefined);
  return {
    store,
    disk: mounted[0] ?? null,
    async remove() {
      await store.remove();
      for (const disk of mounted) disk.remove();
    },
  };
}

const silence: StoreOutage = {
  name: 'whose connections fall silent while new ones are served',
  begin: ({ store }) => {
    store.proxy.freeze();
    return Promise.resolve(() => Promise.resolve());
  },
};

const fullDisk: StoreOutage = {
  name: 'whose disk is full',
  begin: ({ store, disk }) => {
    if (disk === null) return refuseInserts(store);
    const makeRoom = disk.fill();
    return Promise.resolve(() => Promise.resolve(makeRoom()));
  },
};

const refusedInserts: StoreOutage = {
  name: 'whose every insert is refused as by a full disk',
  begin: ({ store }) => refuseInserts(store),
};

const noConnection: StoreOutage = {
  name: 'without a connection left',
  begin: ({ store }) => store.takeConnections(),
};

const failOver: StoreOutage = {
  name: 'that becomes a standby and is promoted',
  async begin({ store }) {
    await store.demote();
    return () => store.promote();
  },
};

const rotatedPassword: StoreOutage = {
  name: 'whose password is rotated',
  async begin({ store }) {
    await store.setPassword('second');
    await store.cutSessions();
    return () => store.setPassword('first');
  },
};

const missingTables: StoreOutage = {
  name: 'whose tables are gone until they are restored',
  async begin({ store: { direct } }) {
    await direct.query('alter schema public rename to elsewhere');
    await direct.query('create schema public authorization app');
    return () =>
      direct.transaction(async (tx) => {
        await tx.query('drop schema public');
        await tx.query('alter schema elsewhere rename to public');
      });
  },
};

/** What is known to happen to databases, each as the real server has it. */
export const STORE_OUTAGES: readonly StoreOutage[] = [
  silence,
  fullDisk,
  refusedInserts,
  noConnection,
  failOver,
  rotatedPassword,
  missingTables,
];

/**
 * No disk is full here: triggers say what the server says then, with its SQLSTATE, so that each insert fails and not only those that
 * need a new page. It is also what is left where a machine lets nobody mount a disk.
 */
async function refuseInserts({ direct }: OwnStore): Promise<() => Promise<void>> {
  const tables = await direct.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public'");
  await direct.query(`create function public.no_space() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`);
  const refuse = ({ name }: { readonly name: string }): string =>
    `create trigger no_space before insert on public.${name} for each statement execute function public.no_space()`;
  await direct.transaction(async (tx) => {
    for (const table of tables) await tx.query(refuse(table));
  });
  return async () => void (await direct.query('drop function public.no_space cascade'));
}
