import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { countNotes, DUNNING_ONLY } from '../helpers/dunning.ts';
import { putEmptyStore } from '../helpers/empty-store.ts';
import { eventually } from '../helpers/eventually.ts';
import { countRows } from '../helpers/inbox.ts';
import { failPaymentUnsent, sendStripe } from '../helpers/senders.ts';
import { startStack } from '../helpers/stack.ts';
import { teardown } from '../helpers/teardown.ts';
import { deliveriesOf } from '../helpers/watch.ts';
import type { Database } from '../../store/driver/database.ts';
import type { StripeHook } from '../helpers/senders.ts';
import type { Stack } from '../helpers/stack.ts';

/** Everything goes on by itself within 10 s after an outage; a shared machine gets twice that. */
const BACK_WITHIN_MS = 20_000;
const EVENTS = 12;
const RHYTHM_MS = 100;

describe('with an embedded store', () => {
  let db: Database;
  let thread: Worker;
  let stack: Stack;
  const closeAfter = teardown();
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'deskbridge-embedded-'));
    closeAfter(() => rm(folder, { recursive: true, force: true }));
    putEmptyStore(join(folder, 'store'));
    // Node.js tells of each thread that is started; the store's is the first here.
    const [started, opened] = await Promise.all([once(process, 'worker'), createPglite({ dataDir: join(folder, 'store') })]);
    const [worker] = started;
    if (!(worker instanceof Worker)) throw new Error('No thread was started for the store.');
    thread = worker;
    db = opened;
    closeAfter(() => db.close());
    await migrate(db);
    stack = await startStack({ db, helpdesk: 'chatwoot', flows: DUNNING_ONLY });
    closeAfter(() => stack.close());
  });

  it('whose thread dies, senders hear 200, nothing is parked, nothing is lost, and all goes on by itself', async () => {
    const hooks: StripeHook[] = [];
    const answers: number[] = [];
    const send = async (): Promise<void> => {
      const hook = await failPaymentUnsent(stack);
      hooks.push(hook);
      answers.push((await sendStripe(stack, hook.body)).status);
    };
    const sending = (async () => {
      for (let n = 0; n < EVENTS; n += 1) {
        await send();
        await sleep(RHYTHM_MS);
      }
    })();
    await eventually(async () => expect(await countRows(db, 'delivery')).toBeGreaterThan(1));
    await thread.terminate();
    await eventually(async () => {
      expect(await countRows(db, 'delivery')).toBeGreaterThan(0);
      expect(await (await fetch(`${stack.origin}/readyz`)).json()).toMatchObject({ ready: true, store: 'up' });
    }, BACK_WITHIN_MS);
    await sending;
    expect(new Set(answers)).toEqual(new Set([200]));
    await eventually(async () => {
      const rows = await deliveriesOf(db);
      expect(rows.filter(({ state }) => state === 'done')).toHaveLength(EVENTS);
      expect(rows.filter(({ parked }) => parked)).toEqual([]);
    });
    const invoices = hooks.map(({ invoiceId }) => invoiceId);
    expect(countNotes(stack, invoices)).toEqual(invoices.map(() => 1));
  });
});
