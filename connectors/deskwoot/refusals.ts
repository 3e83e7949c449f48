import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { DeskwootSettings } from './config.ts';

const FIELDS = 'webhookSecret or webhookSecrets';

/** Why webhooks must not be accepted; null: they may. */
export function deskwootRefusal(settings: DeskwootSettings): string | null {
  return secretProblem(
    secretList(settings.webhookSecret, settings.webhookSecrets),
    FIELDS,
    'the secret that Deskwoot showed when the webhook was created',
  );
}

/** What deserves a look. */
export function deskwootWarnings(settings: DeskwootSettings): readonly string[] {
  return secretWarnings(secretList(settings.webhookSecret, settings.webhookSecrets), FIELDS);
}
