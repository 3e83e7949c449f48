import { describe, expect, it } from 'vitest';
import { toTextHash } from '../../../activities/effects/fingerprint.ts';
import { createActions } from '../../../activities/actions/index.ts';
import { contextOf, conversation, createWorld, message } from './world.ts';
import type { Conversation, Message } from '../../../connectors/ports/helpdesk.ts';
import type { MessageExcerpt } from '../../../flows/actions.ts';

const { readMessage, readConversation } = createActions();

async function read(change: Partial<Message>): Promise<MessageExcerpt | null> {
  const world = createWorld();
  world.messages = [{ ...message, ...change }];
  return readMessage(contextOf(world), { connection: 'helpdesk', conversationId: '42', messageId: message.id });
}

async function readOne(change: Partial<Conversation>): Promise<Conversation | null> {
  const world = createWorld();
  world.conversations = [{ ...conversation, ...change }];
  return readConversation(contextOf(world), { connection: 'helpdesk', conversationId: '42' });
}

describe('a message that is read', () => {
  it.each([
    ['plain', 'x'.repeat(2_700_000), 'x'.repeat(4_000)],
    ['HTML', `<p>${'y'.repeat(2_700_000)}</p>`, 'y'.repeat(4_000)],
    ['of two units a character', `a${'😀'.repeat(5_000)}`, `a${'😀'.repeat(1_999)}`],
  ])('crosses Temporal with the 4,000 characters that are shown, however long it is (%s)', async (_form, text, shown) => {
    const excerpt = await read({ text });
    expect(excerpt).toMatchObject({ textCut: true, textHash: toTextHash(text) });
    expect(excerpt?.text).toBe(shown);
    expect(JSON.stringify(excerpt).length).toBeLessThan(10_000);
  });

  it('says that there is more where HTML is too long to be looked at, though little of it is text', async () => {
    const excerpt = await read({ text: `<style>${'p{}'.repeat(6_000)}</style><p>Hello</p>` });
    expect(excerpt).toMatchObject({ textCut: true });
    expect(await read({ text: '<style>p{}</style><p>Hello</p>' })).toMatchObject({ text: 'Hello', textCut: false });
  });

  it('crosses with names, addresses and attachments of bounded size, and counts what is left out', async () => {
    const attachments = Array.from({ length: 500 }, () => ({ name: 'n'.repeat(5_000), url: `https://f.example/${'u'.repeat(5_000)}` }));
    const excerpt = await read({ sender: { kind: 'contact', id: '9', name: 'A'.repeat(100_000) }, attachments });
    expect(excerpt?.sender.name).toHaveLength(200);
    expect(excerpt?.attachments).toHaveLength(21);
    expect(excerpt?.attachments.at(0)).toEqual({ name: `${'n'.repeat(199)}…`, url: null });
    expect(excerpt?.attachments.at(-1)).toEqual({ kind: 'unsupported', name: '480 more attachments', url: null });
    expect(JSON.stringify(excerpt).length).toBeLessThan(10_000);
  });
});

describe('a conversation that is read', () => {
  it('crosses Temporal with names and labels of bounded size', async () => {
    const labels = Array.from({ length: 2_000 }, () => 'l'.repeat(1_000));
    const contact = { id: '9', name: 'A'.repeat(100_000), email: 'a@example.com' };
    const excerpt = await readOne({ labels, contact, inboxName: 'i'.repeat(100_000) });
    expect(excerpt?.labels).toHaveLength(50);
    expect(JSON.stringify(excerpt).length).toBeLessThan(20_000);
  });
});
