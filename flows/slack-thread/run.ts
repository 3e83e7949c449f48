import type { StoredEvent } from '../../model/event.ts';
import type { Conversation } from '../../connectors/ports/helpdesk.ts';
import type { JsonObject } from '../../model/json.ts';
import { defineRun } from '../define-run.ts';
import { isFact, textFact } from '../facts.ts';
import type { FlowOutcome } from '../flow.ts';
import type { Steps } from '../steps.ts';
import type { ActionOutput, MessageExcerpt } from '../actions.ts';
import type { SlackThreadOptions } from './options.ts';
import { headerText, messageText, needsConversation, rootText } from './text.ts';

/** What every step of one event's run needs. */
interface Task {
  readonly steps: Steps;
  readonly event: StoredEvent;
  readonly options: SlackThreadOptions;
  readonly conversationId: string;
}

/** Mirrors a new conversation or message into the conversation's thread; what we wrote ourselves is dropped first. */
export const runSlackThread = defineRun('slack-thread', isSlackThreadOptions, async (steps, event, options) => {
  const conversationId = textFact(event, 'conversation.id');
  if (conversationId === null) return ignored('The event names no conversation.');
  const task = { steps, event, options, conversationId };
  if (event.topic === 'conversation.created') return mirrorConversation(task);
  const messageId = textFact(event, 'message.id');
  if (event.topic !== 'message.created' || messageId === null) return ignored(`Nothing is mirrored for ${event.topic} without a message.`);
  return mirrorMessage(task, messageId);
});

async function mirrorConversation(task: Task): Promise<FlowOutcome> {
  const { conversationId } = task;
  if (await isEcho(task, null, null)) return { outcome: 'echo', text: `Conversation ${conversationId} is one that we created.` };
  const thread = await findThread(task);
  if (thread !== null) return ignored(`Conversation ${conversationId} has its thread ${thread.ts} already.`);
  const conversation = await readConversation(task);
  if (conversation === null) return ignored(`Conversation ${conversationId} does not exist any more.`);
  const ts = await openThread(task, headerText(task.options.header, conversation));
  return { outcome: 'done', text: `Thread ${ts} opened for conversation ${conversationId}.` };
}

async function mirrorMessage(task: Task, messageId: string): Promise<FlowOutcome> {
  const { event, options } = task;
  if (isFact(event, 'message.deleted')) return ignored(`Message ${messageId} was deleted.`);
  if (textFact(event, 'message.direction') === 'other') return ignored(nothingSaid(messageId));
  // A marked message is most likely our own, and then need not be read.
  const marked = textFact(event, 'message.mark') !== null;
  if (!marked && isFact(event, 'message.private') && !options.privateNotes) return ignored(`Message ${messageId} is a private note.`);
  const early = marked ? null : await readMessage(task, messageId);
  if (!marked && early === null) return ignored(`Message ${messageId} does not exist any more.`);
  if (await isEcho(task, messageId, early)) return { outcome: 'echo', text: `Message ${messageId} is one that we wrote.` };
  const message = early ?? (await readMessage(task, messageId));
  if (message === null) return ignored(`Message ${messageId} does not exist any more.`);
  if (message.direction === 'other') return ignored(nothingSaid(messageId));
  const isPrivate = message.private || isFact(event, 'message.private');
  if (isPrivate && !options.privateNotes) return ignored(`Message ${messageId} is a private note.`);
  return postMessage(task, message);
}

async function postMessage(task: Task, message: MessageExcerpt): Promise<FlowOutcome> {
  const { options, conversationId } = task;
  const thread = await findThread(task);
  if (thread?.openedHere === true)
    return { outcome: 'done', text: `Thread ${thread.ts} was opened with message ${message.id} by an earlier attempt.` };
  const conversation = thread === null || needsConversation(options.message, message) ? await readConversation(task) : null;
  if (thread !== null) return reply(task, message, thread.ts, conversation);
  if (conversation === null) return ignored(`Conversation ${conversationId} does not exist any more.`);
  const ts = await openThread(task, rootText(headerText(options.header, conversation), options.message, message, conversation));
  return { outcome: 'done', text: `Thread ${ts} opened with message ${message.id} of conversation ${conversationId}.` };
}

async function reply(task: Task, message: MessageExcerpt, thread: string, conversation: Conversation | null): Promise<FlowOutcome> {
  const { steps, options } = task;
  const summary = `Post message ${message.id} to thread ${thread}`;
  const posted = await steps.run({ name: 'reply', item: message.id, summary }, 'postReply', {
    connection: options.connection,
    channel: options.channel,
    thread,
    text: messageText(options.message, message, conversation),
  });
  if (posted.ts !== null && posted.strayed !== true) return { outcome: 'done', text: `Message ${message.id} posted to thread ${thread}.` };
  return renewThread(task, message, posted.ts, conversation ?? (await readConversation(task)));
}

/**
 * The thread's first message was deleted. A reply that strayed into the channel for that, `strayTs`, becomes the first message of the
 * thread that takes its place; where nothing was posted, one is opened.
 */
async function renewThread(
  task: Task,
  message: MessageExcerpt,
  strayTs: string | null,
  conversation: Conversation | null,
): Promise<FlowOutcome> {
  const { options, conversationId } = task;
  if (conversation === null) {
    const text = `The thread of conversation ${conversationId} was deleted, and the conversation does not exist any more.`;
    return strayTs === null ? ignored(text) : { outcome: 'done', text: `${text} Message ${message.id} stands in the channel.` };
  }
  const header = headerText(options.header, conversation);
  const text = rootText(header, options.message, message, conversation);
  const ts = strayTs === null ? await openThread(task, text) : await adoptThread(task, strayTs, header, text);
  return {
    outcome: 'done',
    text: `The thread of conversation ${conversationId} was deleted: thread ${ts} takes its place, opened with message ${message.id}.`,
  };
}

async function isEcho({ steps, event, conversationId }: Task, messageId: string | null, message: MessageExcerpt | null): Promise<boolean> {
  const mark = textFact(event, messageId === null ? 'conversation.mark' : 'message.mark');
  const what = messageId === null ? `conversation ${conversationId}` : `message ${messageId}`;
  return steps.run({ name: 'echo', summary: `Is ${what} our own?` }, 'isEcho', {
    connection: event.connection,
    conversationId,
    messageId,
    mark: mark ?? message?.mark ?? null,
    senderId: message?.sender.id ?? textFact(event, 'sender.id'),
    ...(message?.textHash === undefined ? { text: message?.text ?? null } : { text: null, textHash: message.textHash }),
    contactId: textFact(event, 'contact.id'),
  });
}

async function readMessage({ steps, event, conversationId }: Task, messageId: string): Promise<MessageExcerpt | null> {
  return steps.run({ name: 'read-message', summary: `Read message ${messageId}` }, 'readMessage', {
    connection: event.connection,
    conversationId,
    messageId,
  });
}

async function readConversation({ steps, event, conversationId }: Task): Promise<Conversation | null> {
  return steps.run({ name: 'read-conversation', summary: `Read conversation ${conversationId}` }, 'readConversation', {
    connection: event.connection,
    conversationId,
  });
}

async function findThread({ steps, event, options, conversationId }: Task): Promise<ActionOutput<'findThread'>> {
  return steps.run({ name: 'find-thread', summary: `Find the thread of conversation ${conversationId}` }, 'findThread', {
    connection: options.connection,
    channel: options.channel,
    record: recordOf(event, conversationId),
  });
}

async function openThread({ steps, event, options, conversationId }: Task, text: string): Promise<string> {
  const opened = await steps.run({ name: 'open-thread', summary: `Open the thread of conversation ${conversationId}` }, 'openThread', {
    connection: options.connection,
    channel: options.channel,
    record: recordOf(event, conversationId),
    text,
  });
  return opened.ts;
}

async function adoptThread({ steps, event, options, conversationId }: Task, ts: string, header: string, text: string): Promise<string> {
  const summary = `Make message ${ts} the thread of conversation ${conversationId}`;
  const adopted = await steps.run({ name: 'adopt-thread', summary }, 'adoptThread', {
    connection: options.connection,
    channel: options.channel,
    record: recordOf(event, conversationId),
    ts,
    header,
    text,
  });
  return adopted.ts;
}

/** One flow may listen to two helpdesks, whose conversations have the same numbers. */
function recordOf(event: StoredEvent, conversationId: string): string {
  return `${event.connection}/conversation:${conversationId}`;
}

/** Neither from the customer nor to them; what a thread shows is decided in docs/decisions/006. */
function nothingSaid(messageId: string): string {
  return `Message ${messageId} is an activity, not a message.`;
}

function ignored(text: string): FlowOutcome {
  return { outcome: 'ignored', text };
}

function isSlackThreadOptions(options: JsonObject): options is SlackThreadOptions {
  const texts = [options['connection'], options['channel'], options['header'], options['message']];
  return texts.every((value) => typeof value === 'string') && typeof options['privateNotes'] === 'boolean';
}
