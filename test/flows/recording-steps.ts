import type { Invoice } from '../../connectors/ports/billing.ts';
import type { Facts } from '../../connectors/connector.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { Conversation, Message } from '../../connectors/ports/helpdesk.ts';
import type { Step, Steps } from '../../flows/steps.ts';
import type { ActionInput, ActionName, ActionOutput } from '../../flows/actions.ts';

/** What each action answers. */
export type Answers = { readonly [O in ActionName]: (input: ActionInput<O>) => Promise<ActionOutput<O>> };

/** One call of the port. */
export interface Call {
  readonly step: string;
  readonly action: ActionName;
  readonly fact: string | null;
  readonly input: unknown;
}

export const invoice: Invoice = {
  id: 'in_1',
  number: 'A-7',
  status: 'open',
  customerId: 'cus_1',
  customerName: 'Ada Lovelace',
  customerEmail: 'ada@example.com',
  customerPhone: null,
  due: { amount: '1234.50', currency: 'USD' },
  attemptCount: 2,
  nextAttemptAt: '2026-03-04T10:00:00Z',
  url: 'https://pay.example/in_1',
  dashboardUrl: 'https://dashboard.example/in_1',
};

export const conversation: Conversation = {
  id: '42',
  status: 'open',
  inboxId: '3',
  inboxName: 'Web',
  contact: { id: '9', name: 'Ada <Lovelace>', email: 'ada@example.com' },
  labels: [],
  mark: null,
  url: 'https://desk.example/42',
};

export const message: Message = {
  id: '7',
  conversationId: '42',
  direction: 'incoming',
  private: false,
  text: 'Hello',
  sender: { kind: 'contact', id: '9', name: 'Ada' },
  attachments: [],
  mark: null,
  createdAt: '2026-03-04T10:00:00Z',
};

/** Answers of a world in which all is there and no thread was opened yet. */
const defaults: Answers = {
  readInvoice: async () => invoice,
  findFact: async () => ({ toldBy: null, keyedBy: 'fact' }),
  isEcho: async () => false,
  readConversation: async () => conversation,
  readMessage: async () => message,
  ensureContact: async () => ({ id: '9', name: null, email: null }),
  ensureConversation: async () => ({ conversation, created: true }),
  postMessage: async () => ({ messageId: '70' }),
  addLabel: async () => null,
  setPriority: async () => null,
  assign: async () => null,
  findThread: async () => null,
  openThread: async () => ({ ts: '1.1' }),
  postReply: async () => ({ ts: '1.2' }),
  adoptThread: async ({ ts }) => ({ ts }),
};

/** A port that records what is asked for; values are copied, as both real ports do. */
export function createRecordingSteps(answers: Partial<Answers> = {}): { readonly steps: Steps; readonly calls: Call[] } {
  const table: Answers = { ...defaults, ...answers };
  const calls: Call[] = [];
  async function run<O extends ActionName>(step: Step, action: O, input: ActionInput<O>): Promise<ActionOutput<O>> {
    calls.push({
      step: step.item === undefined ? step.name : `${step.name}/${step.item}`,
      action,
      fact: step.fact ?? null,
      input: structuredClone(input),
    });
    return structuredClone(await table[action](input));
  }
  return { steps: { run }, calls };
}

/** A stored event with these facts. */
export function eventOf(connection: string, topic: string, facts: Facts): StoredEvent {
  return { id: '1', identity: `${connection}:1`, connection, topic, record: null, receivedAt: '2026-03-04T10:00:00.000Z', facts };
}

/** The input of the one call of an action. */
export function inputOf(calls: readonly Call[], action: ActionName): unknown {
  return calls.find((call) => call.action === action)?.input;
}
