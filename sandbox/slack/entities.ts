/** A message of a channel or of a thread. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  text: string;
  readonly user: string;
  /** Of messages that an app has posted. */
  readonly botId: string | null;
  readonly appId: string | null;
  readonly username: string | null;
  blocks: readonly unknown[] | null;
  metadata: { readonly [name: string]: unknown } | null;
  /** The thread's root; null for messages outside threads and for roots. */
  readonly threadTs: string | null;
  readonly replies: Message[];
  editedTs: string | null;
  /** Deleted while it had replies: it stays as a tombstone, and its thread goes on. */
  deleted: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  archived: boolean;
  /** Whether our app is in it. */
  member: boolean;
  /** Messages outside threads, in the order of `ts`. */
  readonly messages: Message[];
  /** Every message, replies too, by `ts`. */
  readonly byTs: Map<string, Message>;
  /** `ts` of messages that were deleted, together with the thread that they would have begun. */
  readonly gone: Set<string>;
  /** The newest `ts` in microseconds. */
  lastTsMicros: number;
  /** When the app's last post was, epoch milliseconds. */
  lastPostMs: number;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
}

/** A bot token and its scopes. */
export interface Token {
  readonly value: string;
  readonly scopes: readonly string[];
}

/** Everything one workspace holds. */
export interface SlackState {
  readonly teamId: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly tokens: Map<string, Token>;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
}

/** A workspace with the channels `support` (C0123) and `random` (C0456), and two people. */
export function createSlackState(tokens: readonly Token[]): SlackState {
  return {
    teamId: 'T0SANDBOX',
    appId: 'A0DESKBRIDGE',
    botId: 'B0DESKBRIDGE',
    botUserId: 'U0DESKBRIDGE',
    tokens: new Map(tokens.map((token) => [token.value, token])),
    channels: new Map([newChannel('C0123', 'support'), newChannel('C0456', 'random')].map((channel) => [channel.id, channel])),
    users: new Map(
      [
        { id: 'U0JAN', name: 'jan', realName: 'Jan', email: 'jan@acme.example' },
        { id: 'U0MIA', name: 'mia', realName: 'Mia', email: 'mia@acme.example' },
      ].map((user) => [user.id, user]),
    ),
  };
}

/** An empty channel with our app in it. */
export function newChannel(id: string, name: string): Channel {
  return { id, name, archived: false, member: true, messages: [], byTs: new Map(), gone: new Set(), lastTsMicros: 0, lastPostMs: 0 };
}
