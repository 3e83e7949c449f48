import { ConnectorError } from '../../call/errors.ts';
import { wireConversations } from '../call/wire.ts';
import type { z } from 'zod';
import type { Caller } from '../../call/caller.ts';
import type { HelpdeskAbilities } from '../../ports/helpdesk.ts';
import type { wireMe } from '../call/wire.ts';

/**
 * What this token can do. Listing and creating conversations and creating contacts are promised in Deskwoot's overview and used by its
 * official client, but the REST document has no such calls. Listing is tried; creating is not, because a probe must leave nothing
 * behind: it is believed where the scope is granted and the path answers, and refused by name where a real attempt is.
 */
export async function createDeskwootAbilities(
  call: Caller,
  accountPath: string,
  me: () => Promise<z.output<typeof wireMe>>,
): Promise<HelpdeskAbilities> {
  const [list, { scopes }] = await Promise.all([canList(call, accountPath), me()]);
  const holds = (scope: string): boolean =>
    scopes === null || scopes === undefined || scopes.items.includes('write') || scopes.items.includes(scope);
  return { listConversations: list, createConversation: list && holds('conversations:write'), createContact: holds('contacts:write') };
}

/** An ability that is missing, in words an operator can act on. `answer` tells what Deskwoot did. */
export function lacksAbility(
  call: Caller,
  operation: { readonly method: 'GET' | 'POST'; readonly route: string },
  what: string,
  answer: string,
): ConnectorError {
  return call.error(operation, {
    code: 'unsupported',
    retry: { kind: 'never' },
    ambiguous: false,
    hint: `The token cannot ${what}: the REST document has no such call, and ${answer}. Ask Deskwoot to enable it for the account, give the token the scopes read and write, or do this step by hand and skip it here.`,
  });
}

/** Whether an error says that the call itself is closed to us, and not that these values are wrong. */
export function isClosed(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && ['forbidden', 'not_found', 'unsupported'].includes(error.data.code);
}

// The official client deskwoot-js, listConversations.
async function canList(call: Caller, accountPath: string): Promise<boolean> {
  try {
    await call.read(
      { method: 'GET', path: `${accountPath}/conversations`, route: '/v1/accounts/:id/conversations', query: { pageSize: 1 } },
      wireConversations,
    );
    return true;
  } catch (error) {
    if (isClosed(error)) return false;
    throw error;
  }
}
