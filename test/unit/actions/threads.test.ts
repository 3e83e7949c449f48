import { describe, expect, it } from 'vitest';
import { createActions } from '../../../activities/actions/index.ts';
import { ConnectorError } from '../../../connectors/call/errors.ts';
import type { ConnectorErrorCode } from '../../../model/step-codes.ts';
import { SINCE_MS, contextOf, createHelpdesk, createWorld } from './world.ts';

const operations = createActions();
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

describe('a thread whose first message was deleted', () => {
  const reply = { connection: 'team', channel: 'C1', thread: '1.1', text: 'Hi' };
  const stray = { connection: 'team', channel: 'C1', record: place.record, ts: '2.1', header: '*Ada*', text: '*Ada*\nHi' };

  it('is known by a reply that strayed into the channel, also where its answer was lost', async () => {
    const world = createWorld();
    world.post = async () => ({ ts: '2.1', threaded: false });
    expect(await operations.postReply(contextOf(world), reply)).toEqual({ ts: '2.1', strayed: true });
    world.ledger = 'find';
    world.found = { ts: '2.1', threaded: false };
    expect(await operations.postReply(contextOf(world), reply)).toEqual({ ts: '2.1', strayed: true });
  });

  it('is known by a refusal, and nothing counts as posted', async () => {
    const world = createWorld();
    world.post = () => Promise.reject(refusal('not_found'));
    expect(await operations.postReply(contextOf(world), reply)).toEqual({ ts: null });
    expect(world.asked).toMatchObject([{ kind: 'message', target: 'thread:1.1', remoteId: null }]);
  });

  it('gives its place to the stray reply: one effect heads it, and has it found by later events', async () => {
    const world = createWorld();
    await operations.openThread(contextOf(world), { ...place, text: 'Hello' });
    expect(await operations.adoptThread(contextOf(world, createHelpdesk(world), 'helpdesk:e2'), stray)).toEqual({ ts: '2.1' });
    expect(world.asked.at(-1)).toMatchObject({
      class: 'natural',
      kind: 'thread',
      target: 'helpdesk/conversation:42@C1',
      values: { channel: 'C1', ts: '2.1', text: '*Ada*\nHi' },
      remoteId: '2.1',
    });
    expect(world.log.at(-1)).toBe(`edit ${JSON.stringify({ channel: 'C1', ts: '2.1', text: '*Ada*\nHi' })}`);
    expect(await operations.findThread(contextOf(world, createHelpdesk(world), 'helpdesk:e3'), place)).toEqual({
      ts: '2.1',
      openedHere: false,
    });
  });

  it('has its header as first reply where the stray reply may not be changed', async () => {
    const world = createWorld();
    world.edit = () => Promise.reject(refusal('invalid'));
    expect(await operations.adoptThread(contextOf(world), stray)).toEqual({ ts: '2.1' });
    expect(world.asked).toMatchObject([
      { kind: 'thread', remoteId: '2.1' },
      { kind: 'message', target: 'thread:2.1', part: 'header', values: { channel: 'C1', thread: '2.1', text: '*Ada*' } },
    ]);
  });

  it('needs no header where the stray reply is deleted by then, and waits where the chat is down', async () => {
    const world = createWorld();
    world.edit = () => Promise.reject(refusal('not_found'));
    expect(await operations.adoptThread(contextOf(world), stray)).toEqual({ ts: '2.1' });
    expect(world.asked).toHaveLength(1);
    world.edit = () => Promise.reject(refusal('unavailable'));
    await expect(operations.adoptThread(contextOf(world), stray)).rejects.toMatchObject({ data: { code: 'unavailable' } });
  });
});

function refusal(code: ConnectorErrorCode): ConnectorError {
  return new ConnectorError({ code, retry: { kind: 'never' }, connection: 'team', operation: 'POST /api/x', hint: 'h', ambiguous: false });
}
