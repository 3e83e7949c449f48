import type { EffectClass, Send } from './effect.ts';

/** A message that was posted. */
export interface Posted {
  /** Slack's message timestamp, the message's id within its channel. */
  readonly ts: string;
}

/** What flows ask of a team chat. */
export interface ChatClient {
  readonly effects: { readonly post: EffectClass };
  probe(): Promise<void>;
  /** Posts to a channel, or into a thread. `text` is already in the chat's own markup and escaped. */
  post(input: { readonly channel: string; readonly thread: string | null; readonly text: string }, send: Send): Promise<Posted>;
  /** The message that carries this mark, looked for in the thread (or in the channel since `sinceMs`, epoch milliseconds). */
  find(input: {
    readonly channel: string;
    readonly thread: string | null;
    readonly mark: string;
    readonly sinceMs: number;
  }): Promise<Posted | null>;
}
