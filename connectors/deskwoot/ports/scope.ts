import type { Caller } from '../../call/caller.ts';
import type { z } from 'zod';
import type { wireMe } from '../call/wire.ts';
import type { Named, HelpdeskClient } from '../../ports/helpdesk.ts';

/** What the parts of the client share. */
export interface Deskwoot {
  readonly call: Caller;
  /** Path of the account: `/api/v1/accounts/<id>`. */
  readonly accountPath: string;
  readonly me: () => Promise<z.output<typeof wireMe>>;
  readonly labels: () => Promise<readonly Named[]>;
  readonly abilities: HelpdeskClient['abilities'];
  urlOf(conversationId: string): string;
}
