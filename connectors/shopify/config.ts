import { z } from 'zod';
import { manySecrets, oneSecret, origin } from '../settings.ts';

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** A connection to a Shopify shop through an app of one's own. */
export const shopifyConfig = z.strictObject({
  type: z.literal('shopify').describe('Shopify.'),
  shop: z
    .string()
    .toLowerCase()
    .regex(HOST, { error: "expected the shop's own host name, such as example.myshopify.com" })
    .describe("The shop's own host name, such as example.myshopify.com; not its public domain."),
  baseUrl: origin().optional().describe('Origin of the Admin API; left out: https:// and the shop.'),
  clientId: z.string().min(1).describe('Client id of the app.'),
  clientSecret: oneSecret("Client secret of the app; Shopify signs the app's webhooks with it."),
  webhookSecrets: manySecrets(
    'Further secrets that webhooks may be signed with: the old client secret for an hour after a rotation, or the key of webhooks made by hand in the admin.',
  ),
});

export type ShopifySettings = z.infer<typeof shopifyConfig>;

/** The origin of the shop's Admin API. */
export function shopOrigin(settings: ShopifySettings): string {
  return settings.baseUrl ?? `https://${settings.shop}`;
}
