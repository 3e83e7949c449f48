import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { ShopifySettings } from './config.ts';

const FIELDS = 'clientSecret or webhookSecrets';

/** Why webhooks must not be accepted; null: they may. */
export function shopifyRefusal(settings: ShopifySettings): string | null {
  return secretProblem(
    secretList(settings.clientSecret, settings.webhookSecrets),
    FIELDS,
    'the client secret of the app, from the Shopify developer dashboard',
  );
}

/** What deserves a look. */
export function shopifyWarnings(settings: ShopifySettings): readonly string[] {
  return secretWarnings(secretList(settings.clientSecret, settings.webhookSecrets), FIELDS);
}
