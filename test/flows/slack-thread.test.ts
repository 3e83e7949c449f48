import { describe, expect, it } from 'vitest';
import type { Facts } from '../../connectors/connector.ts';
import type { Message } from '../../connectors/ports/helpdesk.ts';
import { slackThreadOptions } from '../../flows/slack-thread/options.ts';
import { runSlackThread } from '../../flows/slack-thread/run.ts';
import type { Answers } from './recording-steps.ts';
import { conversation, createRecordingSteps, eventOf, inputOf, message } from './recording-steps.ts';

const options = slackThreadOptions.parse({ connection: 'team', channel: 'C0123' });
const withNotes = slackThreadOptions.parse({ connection: 'team', channel: 'C0123', privateNotes: true });
const created = eventOf('helpdesk', 'conversation.created', { 'conversation.id': '42', 'contact.id': '9' });
const HEADER = '*Ada &lt;Lovelace&gt;* in Web: <https://desk.example/42|Conversation 42>';
const thread: Partial<Answers> = { findThread: async () => ({ ts: '1.1', openedHere: false }) };

function written(facts: Facts = {}): ReturnType<typeof eventOf> {
  return eventOf('helpdesk', 'message.created', {
    'conversation.id': '42',
    'message.id': '7',
    'message.direction': 'incoming',
    'message.private': false,
    ...facts,
  });
}

function answering(change: Partial<Message>): Partial<Answers> {
  return { readMessage: async () => ({ ...message, ...change }) };
}

describe('slack-thread on a new conversation', () => {
  it('opens a thread with the header alone', async () => {
    const { steps, calls } = createRecordingSteps();
    expect(await runSlackThread(steps, created, options)).toEqual({ outcome: 'done', text: 'Thread 1.1 opened for conversation 42.' });
    expect(calls.map(({ step }) => step)).toEqual(['echo', 'find-thread', 'read-conversation', 'open-thread']);
    expect(inputOf(calls, 'openThread')).toEqual({
      connection: 'team',
      channel: 'C0123',
      record: 'helpdesk/conversation:42',
      text: HEADER,
    });
  });

  it('drops a conversation that we created', async () => {
    const { steps, calls } = createRecordingSteps({ isEcho: async () => true });
    expect(await runSlackThread(steps, created, options)).toEqual({ outcome: 'echo', text: 'Conversation 42 is one that we created.' });
    expect(inputOf(calls, 'isEcho')).toEqual({
      connection: 'helpdesk',
      conversationId: '42',
      messageId: null,
      mark: null,
      senderId: null,
      text: null,
      contactId: '9',
    });
    expect(calls).toHaveLength(1);
  });

  it('ignores a conversation whose first message has opened the thread', async () => {
    const { steps } = createRecordingSteps(thread);
    expect(await runSlackThread(steps, created, options)).toEqual({
      outcome: 'ignored',
      text: 'Conversation 42 has its thread 1.1 already.',
    });
  });

  it('ignores a conversation that is gone', async () => {
    const { steps } = createRecordingSteps({ readConversation: async () => null });
    expect(await runSlackThread(steps, created, options)).toEqual({ outcome: 'ignored', text: 'Conversation 42 does not exist any more.' });
  });

  it('says so where the contact and the inbox have no name', async () => {
    const { steps, calls } = createRecordingSteps({ readConversation: async () => ({ ...conversation, contact: null, inboxName: null }) });
    await runSlackThread(steps, created, options);
    expect(inputOf(calls, 'openThread')).toMatchObject({ text: '*Unknown contact* in inbox 3: <https://desk.example/42|Conversation 42>' });
  });
});

describe('slack-thread on a new message', () => {
  it('opens the thread with header and message where there is none', async () => {
    const { steps, calls } = createRecordingSteps();
    expect(await runSlackThread(steps, written(), options)).toEqual({
      outcome: 'done',
      text: 'Thread 1.1 opened with message 7 of conversation 42.',
    });
    expect(calls.map(({ step }) => step)).toEqual(['read-message', 'echo', 'find-thread', 'read-conversation', 'open-thread']);
    expect(inputOf(calls, 'openThread')).toMatchObject({ text: `${HEADER}\n*Ada (Contact)*\nHello` });
  });

  it('replies to the thread, without reading the conversation again', async () => {
    const { steps, calls } = createRecordingSteps(thread);
    expect(await runSlackThread(steps, written(), options)).toEqual({ outcome: 'done', text: 'Message 7 posted to thread 1.1.' });
    expect(calls.map(({ step }) => step)).toEqual(['read-message', 'echo', 'find-thread', 'reply/7']);
    expect(inputOf(calls, 'postReply')).toEqual({ connection: 'team', channel: 'C0123', thread: '1.1', text: '*Ada (Contact)*\nHello' });
  });

  it('does not post the message again that an earlier attempt opened the thread with', async () => {
    const { steps, calls } = createRecordingSteps({ findThread: async () => ({ ts: '1.1', openedHere: true }) });
    expect(await runSlackThread(steps, written(), options)).toEqual({
      outcome: 'done',
      text: 'Thread 1.1 was opened with message 7 by an earlier attempt.',
    });
    expect(calls.map(({ action }) => action)).not.toContain('postReply');
  });

  it('drops our own message, known by its mark, without reading it', async () => {
    const { steps, calls } = createRecordingSteps({ isEcho: async () => true });
    expect(await runSlackThread(steps, written({ 'message.mark': 'm1', 'message.private': true }), options)).toEqual({
      outcome: 'echo',
      text: 'Message 7 is one that we wrote.',
    });
    expect(calls.map(({ action }) => action)).toEqual(['isEcho']);
    expect(inputOf(calls, 'isEcho')).toMatchObject({ mark: 'm1', text: null });
  });

  it('asks with text, sender and mark of the message as read again whether it is our own', async () => {
    const { steps, calls } = createRecordingSteps({
      isEcho: async () => true,
      ...answering({ mark: 'm2', direction: 'outgoing', sender: { kind: 'agent', id: '5', name: 'Jan' } }),
    });
    await runSlackThread(steps, written({ 'contact.id': '9' }), options);
    expect(inputOf(calls, 'isEcho')).toEqual({
      connection: 'helpdesk',
      conversationId: '42',
      messageId: '7',
      mark: 'm2',
      senderId: '5',
      text: 'Hello',
      contactId: '9',
    });
  });

  it('reads a marked message after all where the mark is not our own', async () => {
    const { steps, calls } = createRecordingSteps(thread);
    await runSlackThread(steps, written({ 'message.mark': 'foreign' }), options);
    expect(calls.map(({ step }) => step)).toEqual(['echo', 'read-message', 'find-thread', 'reply/7']);
  });

  it('keeps a private note out of Slack, unread where the event says that it is one', async () => {
    const { steps, calls } = createRecordingSteps();
    expect(await runSlackThread(steps, written({ 'message.private': true }), options)).toEqual({
      outcome: 'ignored',
      text: 'Message 7 is a private note.',
    });
    expect(calls).toEqual([]);
  });

  it('keeps a private note with a foreign mark out of Slack, even where the record reads as public by now', async () => {
    const { steps, calls } = createRecordingSteps();
    const outcome = await runSlackThread(steps, written({ 'message.private': true, 'message.mark': 'foreign' }), options);
    expect(outcome).toEqual({ outcome: 'ignored', text: 'Message 7 is a private note.' });
    expect(calls.map(({ step }) => step)).toEqual(['echo', 'read-message']);
  });

  it('keeps a private note out of Slack where only the record says that it is one', async () => {
    const { steps, calls } = createRecordingSteps(answering({ private: true }));
    const event = eventOf('helpdesk', 'message.created', { 'conversation.id': '42', 'message.id': '7' });
    expect(await runSlackThread(steps, event, options)).toEqual({ outcome: 'ignored', text: 'Message 7 is a private note.' });
    expect(calls.map(({ action }) => action)).not.toContain('openThread');
  });

  it('posts private notes with their prefix where the configuration asks for them', async () => {
    const { steps, calls } = createRecordingSteps({
      ...thread,
      ...answering({ private: true, direction: 'outgoing', sender: { kind: 'agent', id: '5', name: 'Jan' } }),
    });
    await runSlackThread(steps, written({ 'message.private': true }), withNotes);
    expect(inputOf(calls, 'postReply')).toMatchObject({ text: 'private: *Jan (Agent)*\nHello' });
  });

  it.each([
    ['is gone', written(), { readMessage: async () => null }, 'Message 7 does not exist any more.'],
    ['is gone, although marked', written({ 'message.mark': 'x' }), { readMessage: async () => null }, 'Message 7 does not exist any more.'],
    ['was deleted', written({ 'message.deleted': true }), {}, 'Message 7 was deleted.'],
    ['is an activity by its facts', written({ 'message.direction': 'other' }), {}, 'Message 7 is an activity, not a message.'],
    ['is an activity by its record', written(), answering({ direction: 'other' }), 'Message 7 is an activity, not a message.'],
    [
      'belongs to a conversation that is gone',
      written(),
      { readConversation: async () => null },
      'Conversation 42 does not exist any more.',
    ],
    ['has no conversation', eventOf('helpdesk', 'message.created', { 'message.id': '7' }), {}, 'The event names no conversation.'],
    [
      'has no id',
      eventOf('helpdesk', 'message.created', { 'conversation.id': '42' }),
      {},
      'Nothing is mirrored for message.created without a message.',
    ],
    [
      'is of another topic',
      eventOf('helpdesk', 'message.updated', { 'conversation.id': '42', 'message.id': '7' }),
      {},
      'Nothing is mirrored for message.updated without a message.',
    ],
  ])('ignores a message that %s', async (_, event, answers: Partial<Answers>, text) => {
    const { steps, calls } = createRecordingSteps(answers);
    expect(await runSlackThread(steps, event, options)).toEqual({ outcome: 'ignored', text });
    expect(calls.map(({ action }) => action)).not.toContain('openThread');
  });

  it('reads the conversation for a reply only where the template or a cut links to it', async () => {
    const linking = slackThreadOptions.parse({ connection: 'team', channel: 'C0123', message: '{{text}} {{conversation.link}}' });
    const byTemplate = createRecordingSteps(thread);
    await runSlackThread(byTemplate.steps, written(), linking);
    expect(inputOf(byTemplate.calls, 'postReply')).toMatchObject({ text: 'Hello <https://desk.example/42|Conversation 42>' });
    const byLength = createRecordingSteps({ ...thread, ...answering({ text: 'x'.repeat(5_000) }) });
    await runSlackThread(byLength.steps, written(), options);
    expect(JSON.stringify(inputOf(byLength.calls, 'postReply'))).toContain('x … <https://desk.example/42|read the rest>');
  });

  it('makes a reply that strayed into the channel the thread that takes the place of a deleted one', async () => {
    const { steps, calls } = createRecordingSteps({ ...thread, postReply: async () => ({ ts: '2.1', strayed: true }) });
    expect(await runSlackThread(steps, written(), options)).toEqual({
      outcome: 'done',
      text: 'The thread of conversation 42 was deleted: thread 2.1 takes its place, opened with message 7.',
    });
    expect(calls.map(({ step }) => step)).toEqual(['read-message', 'echo', 'find-thread', 'reply/7', 'read-conversation', 'adopt-thread']);
    expect(inputOf(calls, 'adoptThread')).toEqual({
      connection: 'team',
      channel: 'C0123',
      record: 'helpdesk/conversation:42',
      ts: '2.1',
      header: HEADER,
      text: `${HEADER}\n*Ada (Contact)*\nHello`,
    });
  });

  it('opens a thread with header and message where the chat refused a reply to one that is gone', async () => {
    const { steps, calls } = createRecordingSteps({
      ...thread,
      postReply: async () => ({ ts: null }),
      openThread: async () => ({ ts: '3.1' }),
    });
    expect(await runSlackThread(steps, written(), options)).toMatchObject({ text: expect.stringContaining('thread 3.1 takes its place') });
    expect(inputOf(calls, 'openThread')).toMatchObject({ text: `${HEADER}\n*Ada (Contact)*\nHello` });
  });

  it('says so where thread and conversation are both gone', async () => {
    const gone = { ...thread, readConversation: async () => null };
    const strayed = createRecordingSteps({ ...gone, postReply: async () => ({ ts: '2.1', strayed: true }) });
    expect(await runSlackThread(strayed.steps, written(), options)).toEqual({
      outcome: 'done',
      text: 'The thread of conversation 42 was deleted, and the conversation does not exist any more. Message 7 stands in the channel.',
    });
    const refused = createRecordingSteps({ ...gone, postReply: async () => ({ ts: null }) });
    expect(await runSlackThread(refused.steps, written(), options)).toMatchObject({ outcome: 'ignored' });
  });

  it('posts what the helpdesk itself said to the customer, as the bot', async () => {
    const sender = { kind: 'bot', id: null, name: null } as const;
    const { steps, calls } = createRecordingSteps({ ...thread, ...answering({ direction: 'template', sender, text: 'Rate us' }) });
    await runSlackThread(steps, written({ 'message.direction': 'template' }), options);
    expect(inputOf(calls, 'postReply')).toMatchObject({ text: '*Bot*\nRate us' });
  });

  it('links to the conversation where a message holds what cannot be shown, or is longer than was read', async () => {
    const attachments = [{ kind: 'unsupported', name: 'sticker', url: null }] as const;
    const odd = createRecordingSteps({ ...thread, ...answering({ text: '', attachments }) });
    await runSlackThread(odd.steps, written(), options);
    const link = '<https://desk.example/42|open the conversation>';
    expect(inputOf(odd.calls, 'postReply')).toMatchObject({ text: `*Ada (Contact)*\n[unsupported content: sticker] ${link}` });
    const long = createRecordingSteps({ ...thread, readMessage: async () => ({ ...message, text: 'Hello', textCut: true }) });
    await runSlackThread(long.steps, written(), options);
    expect(inputOf(long.calls, 'postReply')).toMatchObject({ text: '*Ada (Contact)*\nHello … <https://desk.example/42|read the rest>' });
  });

  it('asks by the hash of a text, where it was read, whether the message is our own', async () => {
    const { steps, calls } = createRecordingSteps({
      ...thread,
      readMessage: async () => ({ ...message, textCut: false, textHash: 'abc' }),
    });
    await runSlackThread(steps, written(), options);
    expect(inputOf(calls, 'isEcho')).toMatchObject({ text: null, textHash: 'abc' });
  });

  it('opens a thread with a long message within the length of one Slack message', async () => {
    const { steps, calls } = createRecordingSteps(answering({ text: '&'.repeat(5_000) }));
    await runSlackThread(steps, written(), options);
    const input = inputOf(calls, 'openThread');
    expect(input).toMatchObject({ text: expect.stringMatching(/&amp; … <https:\/\/desk\.example\/42\|read the rest>$/) });
    expect(input).toMatchObject({ text: expect.stringMatching(/^[^]{3900,4000}$/) });
  });
});
