import { z } from 'zod';
import { secret } from '../../model/secret.ts';
import { baseAddress, manySecrets, oneSecret } from '../settings.ts';

/** A connection to a WooCommerce shop. */
export const woocommerceConfig = z.strictObject({
  type: z.literal('woocommerce').describe('WooCommerce.'),
  baseUrl: baseAddress().describe('Address of the WordPress site, without the path /wp-json.'),
  consumerKey: secret.describe('Consumer key of the REST API (ck_…).'),
  consumerSecret: secret.describe('Consumer secret of the REST API (cs_…).'),
  webhookSecret: oneSecret("The webhook's secret as the administrator typed it, without HTML entities; never blank."),
  webhookSecrets: manySecrets('Several such secrets, all of them valid: for several webhooks, or while one replaces another.'),
});

export type WoocommerceSettings = z.infer<typeof woocommerceConfig>;
