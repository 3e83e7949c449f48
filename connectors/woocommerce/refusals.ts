import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { WoocommerceSettings } from './config.ts';

const FIELDS = 'webhookSecret or webhookSecrets';

/** Why webhooks must not be accepted; null: they may. */
export function woocommerceRefusal(settings: WoocommerceSettings): string | null {
  return secretProblem(
    secretList(settings.webhookSecret, settings.webhookSecrets),
    FIELDS,
    'the secret of the webhook as typed in WooCommerce, which must not be blank there either',
  );
}

/** What deserves a look. */
export function woocommerceWarnings(settings: WoocommerceSettings): readonly string[] {
  return secretWarnings(secretList(settings.webhookSecret, settings.webhookSecrets), FIELDS);
}
