import type { Invoice } from '../../../connectors/ports/billing.ts';
import { fixedConnections } from '../../helpers/fixed-connections.ts';
import type { Posted } from '../../../connectors/ports/chat.ts';
import type { EffectClass } from '../../../model/effect.ts';
import type { Conversation, FoundContact, HelpdeskAbilities, HelpdeskClient, Message, Named } from '../../../connectors/ports/helpdesk.ts';
import type { Json } from '../../../model/json.ts';
import type { EffectCall, Ledger } from '../../../activities/effects/effect-call.ts';
import type { ActionContext } from '../../../activities/steps/action.ts';
import { StepError } from '../../../model/step-failure.ts';

/** An effect as the ledger in memory was asked for it. */
export interface Asked {
  readonly class: EffectClass;
  readonly kind: string;
  readonly target: string;
  readonly part: string | null;
  readonly values: Json;
  readonly text: string | null;
  readonly remoteId: string | null;
}

/** The remote systems and the ledger, in memory; tests change what they need. */
export interface World {
  abilities: HelpdeskAbilities;
  contacts: (FoundContact & { readonly known: readonly string[] })[];
  conversations: Conversation[];
  messages: Message[];
  inboxes: Named[];
  agents: Named[];
  /** What the ledger says of a record. */
  own: (record: Parameters<Ledger['isOwn']>[0]) => 'own' | 'foreign' | 'pending';
  /** What the chat answers to a post, an edit, and a look for a mark. */
  post: (input: { readonly thread: string | null }) => Promise<Posted>;
  edit: () => Promise<void>;
  found: Posted | null;
  /** What each write does: `send`, or `find` as after a crash. */
  ledger: 'send' | 'find';
  readonly asked: Asked[];
  readonly log: string[];
  readonly settled: Map<string, Json>;
}

const send = { mark: 'mark-1', sendBy: Number.MAX_SAFE_INTEGER };
export const SINCE_MS = 1_772_600_000_000;

export const conversation: Conversation = {
  id: '42',
  status: 'open',
  inboxId: '3',
  inboxName: 'Billing',
  contact: null,
  labels: [],
  mark: null,
  url: 'https://desk.example/42',
};

export const message: Message = {
  id: '71',
  conversationId: '42',
  direction: 'outgoing',
  private: false,
  text: 'Hello',
  sender: { kind: 'agent', id: '1', name: null },
  attachments: [],
  mark: null,
  createdAt: null,
};

const effects = {
  createContact: 'marked',
  markContact: 'natural',
  createConversation: 'marked',
  postMessage: 'marked',
  addLabel: 'natural',
  setPriority: 'natural',
  assign: 'natural',
  reopen: 'natural',
} as const;

export function createWorld(): World {
  return {
    abilities: { listConversations: true, createConversation: true, createContact: true },
    contacts: [],
    conversations: [],
    messages: [],
    inboxes: [{ id: '3', name: 'Billing' }],
    agents: [{ id: '5', name: 'Jan Jansen', email: 'jan@example.com' }],
    own: () => 'foreign',
    post: async ({ thread }) => ({ ts: '1.1', threaded: thread !== null }),
    edit: async () => undefined,
    found: { ts: '1.9', threaded: true },
    ledger: 'send',
    asked: [],
    log: [],
    settled: new Map(),
  };
}

/** The context of a step in this world; `identity` is the event's. */
export function contextOf(world: World, helpdesk = createHelpdesk(world), identity = 'billing:e1'): ActionContext {
  return {
    flow: 'dunning',
    identity,
    step: { name: 'step', item: 'item', summary: 'A step' },
    ledger: createLedger(world),
    findFact: async () => ({ toldBy: null, keyedBy: 'fact' }),
    connections: fixedConnections({
      helpdesk,
      billing: {
        probe: async () => undefined,
        readInvoice: async (by): Promise<Invoice | null> => (world.log.push(`readInvoice ${JSON.stringify(by)}`), null),
      },
      chat: {
        effects: { post: 'marked', edit: 'natural' },
        probe: async () => undefined,
        lacks: async () => [],
        post: async (input, told) => (world.log.push(`post ${JSON.stringify(input)} ${told.mark}`), world.post(input)),
        edit: async (input) => (world.log.push(`edit ${JSON.stringify(input)}`), world.edit()),
        find: async (input) => (world.log.push(`find ${JSON.stringify(input)}`), world.found),
      },
    }),
  };
}

function createLedger(world: World): Ledger {
  return {
    async perform<T extends Json>(effect: EffectCall<T>): Promise<T> {
      const result = await outcomeOf(world, effect);
      const { class: effectClass, kind, target, part = null, values, text = null } = effect;
      world.asked.push({ class: effectClass, kind, target, part, values, text, remoteId: effect.remoteId(result) });
      world.settled.set(`${effect.connection} ${kind} ${target}`, result);
      return result;
    },
    recall: async ({ connection, kind, target }) => world.settled.get(`${connection} ${kind} ${target}`) ?? null,
    isOwn: async (record) => world.own(record),
  };
}

async function outcomeOf<T extends Json>(world: World, effect: EffectCall<T>): Promise<T> {
  if (world.ledger === 'send') return effect.send(send);
  const found = await effect.find?.(send.mark, SINCE_MS);
  if (found === null || found === undefined) throw new Error('not found');
  return found;
}

export function createHelpdesk(world: World): HelpdeskClient {
  const log = (text: string): void => void world.log.push(text);
  return {
    effects,
    probe: async () => ({ userId: '1' }),
    abilities: async () => world.abilities,
    inboxes: async () => (log('inboxes'), world.inboxes),
    labels: async () => (log('labels'), [{ id: '8', name: 'dunning' }]),
    agents: async () => (log('agents'), world.agents),
    teams: async () => (log('teams'), [{ id: '6', name: 'Money' }]),
    findContact: async ({ mark, former, email }) => {
      const keys = [mark?.identifier, former, email];
      return world.contacts.find(({ known }) => keys.some((key) => typeof key === 'string' && known.includes(key))) ?? null;
    },
    createContact: async (input, { mark }) => (
      log(`createContact ${JSON.stringify(input)} ${mark}`),
      { id: '10', name: input.name, email: input.email }
    ),
    markContact: async (id, { mark, former }) => log(`markContact ${id} ${mark.attribute}=${mark.id} for ${former ?? 'nothing'}`),
    conversationsOf: async () => world.conversations,
    createConversation: async (input, { mark }) => (log(`createConversation ${JSON.stringify(input)} ${mark}`), conversation),
    readConversation: async (id) => world.conversations.find((known) => known.id === id) ?? null,
    readMessage: async (_, id) => world.messages.find((known) => known.id === id) ?? null,
    findMessage: async (id, sought) => (
      log(`findMessage ${id} ${JSON.stringify(sought)}`),
      world.messages.find((known) => known.conversationId === id) ?? null
    ),
    postMessage: async (input, { mark }) => {
      log(`postMessage ${JSON.stringify(input)} ${mark}`);
      const sender = { kind: 'agent', id: '1', name: null } as const;
      return { ...input, id: '70', direction: 'outgoing', sender, attachments: [], mark, createdAt: null };
    },
    addLabel: async (id, label) => log(`addLabel ${id} ${label}`),
    setPriority: async (id, priority) => log(`setPriority ${id} ${priority}`),
    assign: async (id, to) => log(`assign ${id} ${JSON.stringify(to)}`),
    reopen: async (id) => log(`reopen ${id}`),
  };
}

/** The failure of a step that throws StepError. */
export async function failureOf(step: Promise<unknown>): Promise<StepError['failure']> {
  const error: unknown = await step.then(
    () => new Error('the step did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof StepError) return error.failure;
  throw error;
}
