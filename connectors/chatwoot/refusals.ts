import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { ChatwootSettings } from './config.ts';

const FIELDS = 'webhookSecret or webhookSecrets';
/** Characters of a path that nobody guesses. */
const MIN_PATH_TOKEN = 24;

/** Why webhooks must not be accepted; null: they may. */
export function chatwootRefusal(settings: ChatwootSettings): string | null {
  const secrets = secretList(settings.webhookSecret, settings.webhookSecrets);
  if (settings.unsigned === undefined) {
    if (settings.pathToken !== undefined) return 'pathToken is only for servers that do not sign: remove it, or set unsigned to the reason';
    return secretProblem(
      secrets,
      FIELDS,
      'the secret that Chatwoot generated for this webhook, inbox or bot; where the server is too old to sign, set unsigned and pathToken',
    );
  }
  if (secrets.length > 0) return `unsigned and ${FIELDS} exclude each other: a connection with a known secret refuses unsigned requests`;
  const { pathToken } = settings;
  if (pathToken !== undefined && pathToken.reveal().length >= MIN_PATH_TOKEN && /^[A-Za-z0-9_-]+$/.test(pathToken.reveal())) return null;
  return `unsigned webhooks need pathToken: at least ${MIN_PATH_TOKEN} random letters, digits, - or _, as the last part of the webhook's address`;
}

/** What deserves a look. */
export function chatwootWarnings(settings: ChatwootSettings): readonly string[] {
  const odd = secretWarnings(secretList(settings.webhookSecret, settings.webhookSecrets), FIELDS);
  return settings.unsigned === undefined
    ? odd
    : [...odd, 'webhooks are accepted unsigned: whoever learns the address can post events; upgrade Chatwoot and set webhookSecret'];
}
