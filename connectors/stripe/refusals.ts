import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { StripeSettings } from './config.ts';

const FIELDS = 'webhookSecret or webhookSecrets';

/** Why webhooks must not be accepted; null: they may. */
export function stripeRefusal(settings: StripeSettings): string | null {
  return secretProblem(
    secretList(settings.webhookSecret, settings.webhookSecrets),
    FIELDS,
    'the signing secret of the endpoint, from the Stripe dashboard',
  );
}

/** What deserves a look. */
export function stripeWarnings(settings: StripeSettings): readonly string[] {
  return secretWarnings(secretList(settings.webhookSecret, settings.webhookSecrets), FIELDS);
}
