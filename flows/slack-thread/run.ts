import type { StoredEvent } from '../../connectors/connector.ts';
import type { Conversation, Message } from '../../connectors/helpdesk.ts';
import type { JsonObject } from '../../connectors/json.ts';
import { defineRun } from '../define-run.ts';
import { isFact, textFact } from '../facts.ts';
import type { FlowOutcome } from '../flow.ts';
import type { OperationOutput, Steps } from '../steps.ts';
import type { SlackThreadOptions } from './options.ts';
import { MAX_MESSAGE_CHARS, headerText, messageText, needsConversation } from './text.ts';

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
  if (textFact(event, 'message.direction') === 'other') return ignored(`Message ${messageId} is an activity, not a message.`);
  // A marked message is most likely our own, and then need not be read.
  const marked = textFact(event, 'message.mark') !== null;
  if (!marked && isFact(event, 'message.private') && !options.privateNotes) return ignored(`Message ${messageId} is a private note.`);
  const early = marked ? null : await readMessage(task, messageId);
  if (!marked && early === null) return ignored(`Message ${messageId} does not exist any more.`);
  if (await isEcho(task, messageId, early)) return { outcome: 'echo', text: `Message ${messageId} is one that we wrote.` };
  const message = early ?? (await readMessage(task, messageId));
  if (message === null) return ignored(`Message ${messageId} does not exist any more.`);
  if (message.direction === 'other') return ignored(`Message ${messageId} is an activity, not a message.`);
  const isPrivate = message.private || isFact(event, 'message.private');
  if (isPrivate && !options.privateNotes) return ignored(`Message ${messageId} is a private note.`);
  return postMessage(task, message);
}

async function postMessage(task: Task, message: Message): Promise<FlowOutcome> {
  const { options, conversationId } = task;
  const thread = await findThread(task);
  if (thread?.openedHere === true)
    return { outcome: 'done', text: `Thread ${thread.ts} was opened with message ${message.id} by an earlier attempt.` };
  const conversation = thread === null || needsConversation(options.message, message) ? await readConversation(task) : null;
  if (thread !== null) return reply(task, message, thread.ts, conversation);
  if (conversation === null) return ignored(`Conversation ${conversationId} does not exist any more.`);
  const header = headerText(options.header, conversation);
  const ts = await openThread(
    task,
    `${header}\n${messageText(options.message, message, conversation, MAX_MESSAGE_CHARS - header.length - 1)}`,
  );
  return { outcome: 'done', text: `Thread ${ts} opened with message ${message.id} of conversation ${conversationId}.` };
}

async function reply(task: Task, message: Message, thread: string, conversation: Conversation | null): Promise<FlowOutcome> {
  const { steps, options } = task;
  await steps.run({ name: 'reply', item: message.id, summary: `Post message ${message.id} to thread ${thread}` }, 'postReply', {
    connection: options.connection,
    channel: options.channel,
    thread,
    text: messageText(options.message, message, conversation),
  });
  return { outcome: 'done', text: `Message ${message.id} posted to thread ${thread}.` };
}

async function isEcho({ steps, event, conversationId }: Task, messageId: string | null, message: Message | null): Promise<boolean> {
  const mark = textFact(event, messageId === null ? 'conversation.mark' : 'message.mark');
  const what = messageId === null ? `conversation ${conversationId}` : `message ${messageId}`;
  return steps.run({ name: 'echo', summary: `Is ${what} our own?` }, 'isEcho', {
    connection: event.connection,
    conversationId,
    messageId,
    mark: mark ?? message?.mark ?? null,
    senderId: message?.sender.id ?? textFact(event, 'sender.id'),
    text: message?.text ?? null,
    contactId: textFact(event, 'contact.id'),
  });
}

async function readMessage({ steps, event, conversationId }: Task, messageId: string): Promise<Message | null> {
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

async function findThread({ steps, event, options, conversationId }: Task): Promise<OperationOutput<'findThread'>> {
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

/** One flow may listen to two helpdesks, whose conversations have the same numbers. */
function recordOf(event: StoredEvent, conversationId: string): string {
  return `${event.connection}/conversation:${conversationId}`;
}

function ignored(text: string): FlowOutcome {
  return { outcome: 'ignored', text };
}

function isSlackThreadOptions(options: JsonObject): options is SlackThreadOptions {
  const texts = [options['connection'], options['channel'], options['header'], options['message']];
  return texts.every((value) => typeof value === 'string') && typeof options['privateNotes'] === 'boolean';
}
