import type { Invoice } from '../connectors/billing.ts';
import type { StepCode } from './step-codes.ts';
import type { Contact, Conversation, Message, Priority } from '../connectors/helpdesk.ts';

/** Which step of a flow a call is; `name` and `item` are part of the intent's key, so they never change meaning. */
export interface Step {
  /** Stable name, unique within the flow's run together with `item`. */
  readonly name: string;
  /** What the step is done for, when it is done for several things: a message's id, a label. */
  readonly item?: string;
  /** What an operator reads in the Temporal UI: ids, never names or addresses. */
  readonly summary: string;
}

/** What flows can ask for: operation → what goes in and out. All of it is plain JSON. Writes go through the ledger. */
export interface Operations {
  readInvoice: { in: { connection: string; invoiceId: string }; out: Invoice | null };

  /** Whether this message or conversation is one that we wrote ourselves. Waits (StepError retry) while an intent is unsettled. */
  isEcho: {
    in: {
      connection: string;
      conversationId: string;
      messageId: string | null;
      mark: string | null;
      senderId: string | null;
      text: string | null;
      contactId?: string | null;
    };
    out: boolean;
  };
  readConversation: { in: { connection: string; conversationId: string }; out: Conversation | null };
  readMessage: { in: { connection: string; conversationId: string; messageId: string }; out: Message | null };
  /** Finds the contact by our external id, then by e-mail; creates it if there is none. */
  ensureContact: {
    in: { connection: string; externalId: string; name: string | null; email: string | null; phone: string | null; inbox: string };
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
  postReply: { in: { connection: string; channel: string; thread: string; text: string }; out: { ts: string } };
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
