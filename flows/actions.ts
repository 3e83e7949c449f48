import type { Message, Conversation, Contact, Priority } from '../connectors/ports/helpdesk.ts';
import type { Invoice } from '../connectors/ports/billing.ts';

/** A message as flows see it: of its text no more crosses Temporal than is shown anywhere. */
export interface MessageExcerpt extends Message {
  /** Whether the text goes on in the helpdesk. Left out by versions that gave the whole text as it came, HTML too. */
  readonly textCut?: boolean;
  /** SHA-256 of the whole text, by which an echo is known. */
  readonly textHash?: string;
}

/** What flows can ask for: action → what goes in and out. All of it is plain JSON. Writes go through the ledger. */
export interface Actions {
  /** `account`, `context`, `livemode`: where the event says that it is; left out by runs that began before they were asked for. */
  readInvoice: {
    in: { connection: string; invoiceId: string; account?: string | null; context?: string | null; livemode?: boolean | null };
    out: Invoice | null;
  };

  /**
   * Whether another event has told of this fact: done the flow's last step for it (`toldBy`: that event's id). `keyedBy: event`: effects of
   * this very event are keyed by the event, since an earlier version began them, and stay so.
   */
  findFact: { in: { connection: string; fact: string; lastStep: string }; out: { toldBy: string | null; keyedBy: 'fact' | 'event' } };

  /** Whether this message or conversation is one that we wrote ourselves. Waits (StepError retry) while an intent is unsettled. */
  isEcho: {
    in: {
      connection: string;
      conversationId: string;
      messageId: string | null;
      mark: string | null;
      senderId: string | null;
      text: string | null;
      /** In place of the text, which may be long. */
      textHash?: string;
      contactId?: string | null;
    };
    out: boolean;
  };
  readConversation: { in: { connection: string; conversationId: string }; out: Conversation | null };
  readMessage: { in: { connection: string; conversationId: string; messageId: string }; out: MessageExcerpt | null };
  /**
   * Finds the contact of a record by our mark, by `externalId` (what earlier versions marked it with), then by e-mail; creates it if there
   * is none, and marks it where it is not marked. `record` null: known by the address alone; left out: the run began before there were marks.
   */
  ensureContact: {
    in: {
      connection: string;
      externalId: string | null;
      record?: { connection: string; id: string } | null;
      name: string | null;
      email: string | null;
      phone: string | null;
      inbox: string;
    };
    out: Contact;
  };
  /** Reuses the contact's newest conversation in the inbox (reopening it where it isn't open), else creates one. */
  ensureConversation: {
    in: {
      connection: string;
      contactId: string;
      inbox: string;
      reuse: 'open' | 'any' | 'never';
      opening: string;
      assignee: string | null;
      team: string | null;
    };
    out: { conversation: Conversation; created: boolean };
  };
  postMessage: { in: { connection: string; conversationId: string; text: string; private: boolean }; out: { messageId: string } };
  addLabel: { in: { connection: string; conversationId: string; label: string }; out: null };
  setPriority: { in: { connection: string; conversationId: string; priority: Priority }; out: null };
  assign: { in: { connection: string; conversationId: string; assignee: string | null; team: string | null }; out: null };

  /** The record's thread; null: none yet. `openedHere`: an earlier attempt at this very event opened it. */
  findThread: { in: { connection: string; channel: string; record: string }; out: { ts: string; openedHere: boolean } | null };
  /** Opens the record's thread; its `ts` is remembered for later events of the record. */
  openThread: { in: { connection: string; channel: string; record: string; text: string }; out: { ts: string } };
  /**
   * Posts into a thread. `strayed`: the thread's first message was deleted, so the reply stands in the channel. `ts: null`: the chat
   * refused it for that reason, nothing was posted.
   */
  postReply: { in: { connection: string; channel: string; thread: string; text: string }; out: { ts: string | null; strayed?: boolean } };
  /**
   * Makes a reply that strayed into the channel the first message of the record's thread, remembered from then on. Its text becomes
   * `text`; where the chat lets nobody change it, `header` is its first reply.
   */
  adoptThread: {
    in: { connection: string; channel: string; record: string; ts: string; header: string; text: string };
    out: { ts: string };
  };
}

export type ActionName = keyof Actions;

export type ActionInput<O extends ActionName> = Actions[O]['in'];

export type ActionOutput<O extends ActionName> = Actions[O]['out'];

/** How an action is tried again (`workflows/retry-table.ts`). `look`: it asks only our own store, so it costs Temporal no round trip. */
export type ActionClass = 'read' | 'write' | 'look';

/** The class of each action. */
export const ACTIONS: { readonly [A in ActionName]: ActionClass } = {
  readInvoice: 'read',
  findFact: 'look',
  isEcho: 'look',
  readConversation: 'read',
  readMessage: 'read',
  ensureContact: 'write',
  ensureConversation: 'write',
  postMessage: 'write',
  addLabel: 'write',
  setPriority: 'write',
  assign: 'write',
  findThread: 'look',
  openThread: 'write',
  postReply: 'write',
  adoptThread: 'write',
};

/** Every action, by name. */
export const ACTION_NAMES: readonly ActionName[] = Object.keys(ACTIONS).filter(isAction);

function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
