import type { Clock } from '../core/clock.ts';
import type { Channel, Message, SlackState } from './entities.ts';
import type { EventSender } from './webhooks.ts';

import { fieldsOf, textOrNull } from '../core/values.ts';
import { messageJson } from './formatters.ts';

/** Fields of a new message. */
export type NewMessage = Pick<Message, 'text' | 'user' | 'threadTs'> &
  Partial<Pick<Message, 'botId' | 'appId' | 'username' | 'blocks' | 'metadata'>>;

/** One message with what marks it. */
export interface Marked {
  readonly ts: string;
  readonly text: string;
  /** `metadata.event_payload.key`, where the message has one. */
  readonly key: string | null;
}

/** A message of a channel with the replies of its thread. */
export interface Thread extends Marked {
  readonly replies: readonly Marked[];
}

/** What the routes and the drivers work with. */
export interface Workspace {
  readonly state: SlackState;
  post(channel: Channel, fields: NewMessage): { readonly message: Message; readonly told: Promise<void> };
  /** Deletes a message: the thread of one that has replies goes on below a tombstone, that of another is gone. */
  remove(channel: Channel, message: Message): void;
  /** All messages of a channel, oldest first. Throws where the channel is unknown. */
  threads(channelId: string): readonly Thread[];
}

/** Builds the workspace over a state. Timestamps never repeat or fall within a channel. */
export function createWorkspace(state: SlackState, clock: Clock, sender: EventSender): Workspace {
  return {
    state,
    post: (channel, fields) => {
      const message: Message = {
        botId: null,
        appId: null,
        username: null,
        blocks: null,
        metadata: null,
        ...fields,
        ts: nextTs(channel, clock()),
        channel: channel.id,
        replies: [],
        editedTs: null,
        deleted: false,
      };
      const root = message.threadTs === null ? undefined : channel.byTs.get(message.threadTs);
      (root?.replies ?? channel.messages).push(message);
      channel.byTs.set(message.ts, message);
      return {
        message,
        told: sender.event(`${channel.id}/${message.threadTs ?? message.ts}`, {
          ...messageJson(state, message, false),
          channel: channel.id,
          event_ts: message.ts,
          channel_type: 'channel',
        }),
      };
    },
    remove: (channel, message) => {
      if (message.replies.length > 0) {
        Object.assign(message, { deleted: true, text: 'This message was deleted.', metadata: null, blocks: null });
        return;
      }
      const among = message.threadTs === null ? channel.messages : (channel.byTs.get(message.threadTs)?.replies ?? []);
      among.splice(among.indexOf(message), 1);
      channel.byTs.delete(message.ts);
      channel.gone.add(message.ts);
    },
    threads: (channelId) => {
      const channel = state.channels.get(channelId);
      if (channel === undefined) throw new Error(`no channel ${channelId} in the sandbox`);
      return channel.messages.map((message) => ({ ...marked(message), replies: message.replies.map(marked) }));
    },
  };
}

function nextTs(channel: Channel, nowMs: number): string {
  channel.lastTsMicros = Math.max(channel.lastTsMicros + 1, nowMs * 1000);
  const text = String(channel.lastTsMicros);
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
}

function marked(message: Message): Marked {
  return { ts: message.ts, text: message.text, key: textOrNull(fieldsOf(message.metadata?.['event_payload'])['key']) };
}
