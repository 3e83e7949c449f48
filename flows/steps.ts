import type { Invoice } from '../connectors/ports/billing.ts';
import type { StepCode } from '../model/step-codes.ts';
import type { Contact, Conversation, Message, Priority } from '../connectors/ports/helpdesk.ts';

/** Which step of a flow a call is; `name` and `item` are part of the intent's key, so they never change meaning. */
export interface Step {
  /** Stable name, unique within the flow's run together with `item`. */
  readonly name: string;
  /** What the step is done for, when it is done for several things: a message's id, a label. */
  readonly item?: string;
  /** What an operator reads in the Temporal UI: ids, never names or addresses. */
  readonly summary: string;
  /**
   * What the step's effects are about, where several events may tell of it: a failed attempt at a payment. Their intents are keyed by it
   * then, in the place of the event. Made by `factOf`, and asked about by `findFact` before the first effect.
   */
  readonly fact?: string;
}

/** A message as flows see it: of its text no more crosses Temporal than is shown anywhere. */
export interface MessageExcerpt extends Message {
  /** Whether the text goes on in the helpdesk. Left out by versions that gave the whole text as it came, HTML too. */
  readonly textCut?: boolean;
  /** SHA-256 of the whole text, by which an echo is known. */
  readonly textHash?: string;
}

/** What flows can ask for: operation → what goes in and out. All of it is plain JSON. Writes go through the ledger. */
export interface Operations {
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

export type OperationName = keyof Operations;
export type OperationInput<O extends OperationName> = Operations[O]['in'];
export type OperationOutput<O extends OperationName> = Operations[O]['out'];

/**
 * What a flow's run is written against. In the workflow `delivery` a step is an activity, in `batch` it is called directly;
 * both pass values through JSON and throw StepError.
 */
export interface Steps {
  run<O extends OperationName>(step: Step, operation: O, input: OperationInput<O>): Promise<OperationOutput<O>>;
}

/** What stopped a group, as JSON. Never holds a secret, a body or personal data. */
export interface StepFailure {
  readonly code: StepCode;
  /**
   * `retry`: may succeed later · `attention`: only a person can mend it · `gate`: the connection is down, throttled or not
   * authorised · `ours`: our own store, Temporal or this process failed, or another write of ours must end first; no fault of the
   * delivery's, and never parked · `lost`: a newer attempt owns the key, this one must stop without a trace.
   */
  readonly kind: 'retry' | 'attention' | 'gate' | 'ours' | 'lost';
  readonly message: string;
  /** What a person can do about it. */
  readonly hint: string;
  readonly step: string;
  readonly connection: string | null;
  readonly retryAfterMs: number | null;
}

/** Thrown by `Steps.run`, the same in both ways to run. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly failure: StepFailure;

  constructor(failure: StepFailure) {
    super(failure.message);
    this.failure = failure;
  }
}
