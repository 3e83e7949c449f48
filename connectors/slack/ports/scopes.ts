import type { Lack } from '../../ports/chat.ts';

const HOW = 'Add it under OAuth & Permissions of the app and install the app again.';
/** What cannot be done without one of them. */
const LOST = 'a post whose answer was lost, or that Slack refused for a while, cannot be looked for before it is sent again, and parks';

/**
 * What a token with these scopes cannot do of what flows need. `granted`: Slack's header x-oauth-scopes, which it sends with every
 * answer; null: it was not there, and nothing is known. Scopes: docs.slack.dev/reference/methods/chat.postMessage (chat:write) and
 * conversations.history (channels:history in public channels, groups:history in private ones).
 */
export function lackingScopes(granted: string | null): readonly Lack[] {
  if (granted === null) return [];
  const scopes = new Set(granted.split(',').map((scope) => scope.trim()));
  const lacks: Lack[] = [];
  if (!scopes.has('chat:write')) lacks.push({ serious: true, text: `The token lacks the scope chat:write: nothing can be posted. ${HOW}` });
  const [inPublic, inPrivate] = [scopes.has('channels:history'), scopes.has('groups:history')];
  if (!inPublic && !inPrivate)
    lacks.push({
      serious: true,
      text: `The token lacks the scopes channels:history and groups:history: ${LOST}. Add the first for public channels, the second for private ones, under OAuth & Permissions of the app, and install the app again.`,
    });
  else if (!inPublic)
    lacks.push({ serious: false, text: `The token lacks the scope channels:history: in public channels ${LOST}. ${HOW}` });
  else if (!inPrivate)
    lacks.push({ serious: false, text: `The token lacks the scope groups:history: in private channels ${LOST}. ${HOW}` });
  return lacks;
}
