import { expect, it } from 'vitest';
import { applyFlows, DEFAULT_CREDIT, forgetQueue, listWaitingFlows } from '../../store/inbox/flow-queue.ts';
import { pauseFlow } from '../../store/gates/gate.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { claim, recordEach } from '../helpers/inbox.ts';
import type { Database } from '../../store/driver/database.ts';

const PLAIN = { name: 'sync', credit: null, paused: false } as const;
const PAUSED = { ...PLAIN, paused: true } as const;

describeOnEachDatabase('what the configuration file says of a queue', (open) => {
  it('is applied, and taken back when the file no longer says it', async () => {
    const db = await open();
    await applyFlows(db, [{ ...PAUSED, credit: 3 }]);
    expect(await stateOf(db)).toEqual({ paused: true, pausedBy: 'file', resumed: false, credit: 3 });
    await applyFlows(db, [PLAIN]);
    expect(await stateOf(db)).toEqual({ paused: false, pausedBy: null, resumed: false, credit: DEFAULT_CREDIT });
  });

  it('changes only the queues of its own flows: a file that lacks a flow may be an old one', async () => {
    const db = await open();
    await applyFlows(db, [{ ...PAUSED, credit: 3 }]);
    await applyFlows(db, [{ ...PLAIN, name: 'other', credit: 2 }]);
    expect(await stateOf(db)).toEqual({ paused: true, pausedBy: 'file', resumed: false, credit: 3 });
  });

  it('makes no queue of a flow about which it says nothing', async () => {
    const db = await open();
    await applyFlows(db, [PLAIN]);
    expect(await listQueues(db)).toEqual([]);
  });

  it('cannot end a pause of an operator, in either direction', async () => {
    const db = await open();
    await pauseFlow(db, 'sync', true);
    for (const file of [PLAIN, PAUSED, PLAIN]) {
      await applyFlows(db, [file]);
      expect(await stateOf(db)).toMatchObject({ paused: true, pausedBy: 'operator' });
    }
    await pauseFlow(db, 'sync', false);
    await applyFlows(db, [PLAIN]);
    expect(await stateOf(db)).toMatchObject({ paused: false });
  });

  it('does not pause again what an operator resumed, at whichever restart', async () => {
    const db = await open();
    await applyFlows(db, [PAUSED]);
    await pauseFlow(db, 'sync', false);
    await applyFlows(db, [PAUSED]);
    expect(await stateOf(db)).toMatchObject({ paused: false, pausedBy: null, resumed: true });
  });

  it('pauses again where `paused` left the file after an operator’s resume and came back', async () => {
    const db = await open();
    await applyFlows(db, [PAUSED]);
    await pauseFlow(db, 'sync', false);
    await applyFlows(db, [PLAIN]);
    expect(await stateOf(db)).toMatchObject({ paused: false, resumed: false });
    await applyFlows(db, [PAUSED]);
    expect(await stateOf(db)).toMatchObject({ paused: true, pausedBy: 'file' });
  });

  it('takes a pause or a resume of an older release for an operator’s', async () => {
    const db = await open();
    await applyFlows(db, [{ ...PLAIN, credit: 1 }]);
    await db.query('update gate set paused = true');
    expect(await stateOf(db)).toMatchObject({ pausedBy: 'operator' });
    await applyFlows(db, [PLAIN]);
    expect(await stateOf(db)).toMatchObject({ paused: true, pausedBy: 'operator' });
    await pauseFlow(db, 'sync', false);
    await applyFlows(db, [PAUSED]);
    await db.query('update gate set paused = false');
    await applyFlows(db, [PAUSED]);
    expect(await stateOf(db)).toMatchObject({ paused: false, resumed: true });
  });
});

describeOnEachDatabase('flows that something waits for', (open) => {
  it('are named once each, whatever the lane; those of which all is under way are not', async () => {
    const db = await open();
    await recordEach(db, 'a', null, ['one', 'two']);
    await recordEach(db, 'c', 'k', ['three']);
    await recordEach(db, 'a', null, ['four'], 1);
    await recordEach(db, 'b', null, ['five'], 1);
    await claim(db, 'L1', { flow: 'c' });
    expect(await listWaitingFlows(db)).toEqual(['a', 'b']);
  });

  it('are claimed by who knows them, and left alone by everybody else', async () => {
    const db = await open();
    await recordEach(db, 'new', null, ['one']);
    await recordEach(db, 'old', null, ['two']);
    expect((await claim(db, 'L1', { flows: ['old'] })).map((row) => row.flow)).toEqual(['old']);
    expect(await claim(db, 'L2', { flows: ['old'] })).toEqual([]);
    expect(await claim(db, 'L3', { flows: [] })).toEqual([]);
    expect((await claim(db, 'L4', { flows: ['old', 'new'] })).map((row) => row.flow)).toEqual(['new']);
  });

  it('are forgotten when nothing is under way any more, and not before', async () => {
    const db = await open();
    await pauseFlow(db, 'gone', true);
    await pauseFlow(db, 'gone', false);
    await recordEach(db, 'gone', 'k', ['one']);
    await claim(db, 'L1');
    await forgetQueue(db, 'gone');
    expect((await listQueues(db)).find((queue) => queue.lane === 0)).toMatchObject({ flow: 'gone', underWay: 1 });
    await db.query('truncate queue_key, delivery');
    await db.query('update gate set under_way = 0');
    await forgetQueue(db, 'gone');
    expect(await listQueues(db)).toEqual([]);
  });
});

async function stateOf(db: Database): Promise<object> {
  const queues = await listQueues(db);
  const states = queues
    .filter(({ flow }) => flow === 'sync')
    .map(({ paused, pausedBy, resumed, credit }) => ({ paused, pausedBy, resumed, credit }));
  expect(states).toHaveLength(2);
  expect(states[1]).toEqual(states[0]);
  return { ...states[0] };
}
