import type { Caller } from '../../call/caller.ts';

/** What the parts of the client share. */
export interface Chatwoot {
  readonly call: Caller;
  /** Path of the account: `/api/v1/accounts/<id>`. */
  readonly accountPath: string;
  inboxName(id: string): Promise<string | null>;
  urlOf(conversationId: string): string;
}
