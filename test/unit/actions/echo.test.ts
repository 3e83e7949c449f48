import { describe, expect, it } from 'vitest';
import { createActions } from '../../../activities/actions/index.ts';
import { contextOf, createWorld, failureOf } from './world.ts';
import type { World } from './world.ts';

const { isEcho } = createActions();
const message = { connection: 'helpdesk', conversationId: '42', messageId: '7', mark: null, senderId: '1', text: 'Hi', contactId: '9' };
const created = { ...message, messageId: null, text: null };

/** A world whose ledger answers by kind, and the look-ups it was asked for. */
function knowing(answers: { readonly [kind: string]: 'own' | 'foreign' | 'pending' }): { readonly world: World; readonly seen: unknown[] } {
  const world = createWorld();
  const seen: unknown[] = [];
  world.own = (record) => (seen.push(record), answers[record.kind] ?? 'foreign');
  return { world, seen };
}

describe('isEcho', () => {
  it('knows a marked record without asking the ledger', async () => {
    const { world, seen } = knowing({});
    expect(await isEcho(contextOf(world), { ...message, mark: 'm' })).toBe(true);
    expect(seen).toEqual([]);
  });

  it('knows a message by its id and text in its conversation', async () => {
    const { world, seen } = knowing({ message: 'own' });
    expect(await isEcho(contextOf(world), message)).toBe(true);
    expect(seen).toEqual([{ connection: 'helpdesk', kind: 'message', target: 'conversation:42', remoteId: '7', text: 'Hi' }]);
  });

  it('knows the opening message of a conversation that we created by its text', async () => {
    const { world, seen } = knowing({ conversation: 'own' });
    expect(await isEcho(contextOf(world), message)).toBe(true);
    expect(seen.at(-1)).toEqual({ connection: 'helpdesk', kind: 'conversation', target: 'contact:9', remoteId: null, text: 'Hi' });
  });

  it('knows the opening message by its conversation where the helpdesk does not tell the contact', async () => {
    const { world, seen } = knowing({ conversation: 'own' });
    expect(await isEcho(contextOf(world), { ...message, contactId: null })).toBe(true);
    expect(seen.at(-1)).toEqual({ connection: 'helpdesk', kind: 'conversation', target: 'conversation:42', remoteId: null, text: 'Hi' });
  });

  it('does not take every message of a conversation that we created for our own', async () => {
    const { world } = knowing({ conversation: 'own' });
    expect(await isEcho(contextOf(world), { ...message, text: null })).toBe(false);
  });

  it('knows a conversation by its id, and by its contact while the answer is on its way', async () => {
    const { world, seen } = knowing({ conversation: 'own' });
    expect(await isEcho(contextOf(world), created)).toBe(true);
    expect(await isEcho(contextOf(world), { ...created, contactId: null })).toBe(true);
    expect(seen).toEqual([
      { connection: 'helpdesk', kind: 'conversation', target: 'contact:9', remoteId: '42', text: null },
      { connection: 'helpdesk', kind: 'conversation', target: 'conversation:42', remoteId: '42', text: null },
    ]);
  });

  it('leaves what others wrote', async () => {
    const { world } = knowing({});
    expect(await isEcho(contextOf(world), message)).toBe(false);
    expect(await isEcho(contextOf(world), created)).toBe(false);
  });

  it.each([
    ['message', message],
    ['conversation', message],
    ['conversation', created],
  ])('waits half a second while a %s of ours is not settled', async (kind, input) => {
    const { world } = knowing({ [kind]: 'pending' });
    expect(await failureOf(isEcho(contextOf(world), input))).toEqual({
      code: 'echo_unsettled',
      kind: 'ours',
      message: 'A write of ours to conversation 42 of helpdesk is not settled yet, and this may be its echo.',
      hint: 'Nothing to do: it is looked at again as soon as the write has its answer.',
      step: 'step/item',
      connection: 'helpdesk',
      retryAfterMs: 500,
    });
  });
});
