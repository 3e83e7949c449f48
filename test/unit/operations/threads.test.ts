import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../activities/operations/index.ts';
import { SINCE_MS, contextOf, createHelpdesk, createWorld } from './world.ts';

const operations = createOperations();
const place = { connection: 'team', channel: 'C1', record: 'helpdesk/conversation:42' };

describe('threads', () => {
  it('are none until one was opened', async () => {
    expect(await operations.findThread(contextOf(createWorld()), place)).toBeNull();
  });

  it('are opened in the channel, by one effect for record and channel', async () => {
    const world = createWorld();
    expect(await operations.openThread(contextOf(world), { ...place, text: 'Hello' })).toEqual({ ts: '1.1' });
    const values = { channel: 'C1', thread: null, text: 'Hello' };
    expect(world.asked).toEqual([
      { class: 'marked', kind: 'thread', target: 'helpdesk/conversation:42@C1', part: null, values, text: 'Hello', remoteId: '1.1' },
    ]);
    expect(world.log).toEqual([`post ${JSON.stringify(values)} mark-1`]);
  });

  it('are found by later events, and by the event that opened them as its own', async () => {
    const world = createWorld();
    await operations.openThread(contextOf(world), { ...place, text: 'Hello' });
    expect(await operations.findThread(contextOf(world), place)).toEqual({ ts: '1.1', openedHere: true });
    expect(await operations.findThread(contextOf(world, createHelpdesk(world), 'helpdesk:e2'), place)).toEqual({
      ts: '1.1',
      openedHere: false,
    });
  });

  it('are of one channel and one record', async () => {
    const world = createWorld();
    await operations.openThread(contextOf(world), { ...place, text: 'Hello' });
    expect(await operations.findThread(contextOf(world), { ...place, channel: 'C2' })).toBeNull();
    expect(await operations.findThread(contextOf(world), { ...place, record: 'other/conversation:42' })).toBeNull();
  });

  it('take replies, each looked for in the thread after a crash', async () => {
    const world = createWorld();
    const reply = { connection: 'team', channel: 'C1', thread: '1.1', text: 'Hi' };
    await operations.postReply(contextOf(world), reply);
    expect(world.asked).toMatchObject([
      { class: 'marked', kind: 'message', target: 'thread:1.1', values: { channel: 'C1', thread: '1.1', text: 'Hi' }, remoteId: '1.1' },
    ]);
    world.ledger = 'find';
    expect(await operations.postReply(contextOf(world), reply)).toEqual({ ts: '1.9' });
    expect(world.log.at(-1)).toBe(`find ${JSON.stringify({ channel: 'C1', thread: '1.1', mark: 'mark-1', sinceMs: SINCE_MS })}`);
  });
});
