import type { EffectClass, Send } from '../../model/effect.ts';

/** A message that was posted. */
export interface Posted {
  /** Slack's message timestamp, the message's id within its channel. */
  readonly ts: string;
  /** Whether it stands in a thread. A post to a thread that does not has lost its thread: the first message was deleted. */
  readonly threaded: boolean;
}

/** A right that the token lacks. */
export interface Lack {
  /** What does not work without it and what to do, one sentence for operators. */
  readonly text: string;
  /** Whether flows cannot work as they should; false: it may never be needed. */
  readonly serious: boolean;
}

/** What flows ask of a team chat. */
export interface ChatClient {
  readonly effects: { readonly post: EffectClass; readonly edit: EffectClass };
  probe(): Promise<void>;
  /** What the token may not do of what flows need; empty also where the chat does not tell. */
  lacks(): Promise<readonly Lack[]>;
  /**
   * Posts to a channel, or into a thread. `text` is already in the chat's own markup and escaped. Throws ConnectorError `not_found`
   * where the chat refuses to post to a thread that is gone; others post to the channel instead (`threaded: false`).
   */
  post(input: { readonly channel: string; readonly thread: string | null; readonly text: string }, send: Send): Promise<Posted>;
  /** Replaces the text of a message of ours; its mark stays. */
  edit(input: { readonly channel: string; readonly ts: string; readonly text: string }, send: Send): Promise<void>;
  /** The message that carries this mark, looked for in the thread, then in the channel, since `sinceMs` (epoch milliseconds). */
  find(input: {
    readonly channel: string;
    readonly thread: string | null;
    readonly mark: string;
    readonly sinceMs: number;
  }): Promise<Posted | null>;
}
