import { Secret } from '../../model/secret.ts';
import { chatwoot } from '../../connectors/chatwoot/index.ts';
import { custom } from '../../connectors/custom/index.ts';
import { shopify } from '../../connectors/shopify/index.ts';
import { slack } from '../../connectors/slack/index.ts';
import { stripe } from '../../connectors/stripe/index.ts';
import { woocommerce } from '../../connectors/woocommerce/index.ts';
import { bindInbound } from '../../server/bound-inbound.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { SignedCase } from './file.ts';

/** Builds the connection that a case's sender posts to. */
export type ConnectionOf = (vector: SignedCase) => BoundInbound;

/** The connector for each vector file, by the file's name without its ending. */
export const CONNECTION_OF: { readonly [file: string]: ConnectionOf } = {
  chatwoot: (vector) =>
    bind(chatwoot, {
      type: 'chatwoot',
      baseUrl: 'https://chatwoot.example',
      account: accountOf(vector),
      token: new Secret('unused'),
      webhookSecrets: secretsOf(vector),
    }),
  shopify: (vector) => bind(shopify, { type: 'shopify', shop: shopOf(vector), clientId: 'unused', ...shopSecrets(vector) }),
  slack: (vector) => bind(slack, { type: 'slack', token: new Secret('unused'), signingSecrets: secretsOf(vector) }),
  'standard-webhooks': (vector) => bind(custom, { type: 'custom', secrets: secretsOf(vector) }),
  stripe: (vector) => bind(stripe, { type: 'stripe', key: new Secret('unused'), webhookSecrets: secretsOf(vector) }),
  woocommerce: (vector) =>
    bind(woocommerce, {
      type: 'woocommerce',
      baseUrl: 'https://shop.example',
      consumerKey: new Secret('unused'),
      consumerSecret: new Secret('unused'),
      webhookSecrets: secretsOf(vector),
    }),
};

/** Binds as start-up does; what the configuration refuses becomes a connection that is not ready, with the reason. */
function bind<Settings>(connector: Connector<Settings>, given: object): BoundInbound {
  if (!connector.receives) throw new Error(`${connector.type} receives nothing; expected a connector with a receiving half`);
  const parsed = connector.config.safeParse(given);
  if (parsed.success) return bindInbound(connector.type, connector.type, connector.receives, parsed.data);
  return refused(connector.type, parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

function refused(type: string, refusal: string): BoundInbound {
  return {
    name: type,
    type,
    sender: { retries: true, unavailable: 503 },
    refusal,
    handshake: () => null,
    verify: () => ({ ok: false, reason: 'signature_mismatch' }),
    read: () => ({ kind: 'unusable', problem: 'not ready', status: 400, park: false }),
    sentAt: () => null,
  };
}

function secretsOf(vector: SignedCase): Secret[] {
  return vector.secrets.map((text) => new Secret(text));
}

/** Shopify signs with the app's client secret; others are left out where there are none. */
function shopSecrets(vector: SignedCase): object {
  const [clientSecret, ...webhookSecrets] = secretsOf(vector);
  return { clientSecret, ...(webhookSecrets.length > 0 ? { webhookSecrets } : {}) };
}

/** The shop that the connection is configured for: the one the request names, since the vectors leave it open. */
function shopOf(vector: SignedCase): string {
  const named = Object.entries(vector.headers).find(([name]) => /^(x-)?shopify-shop-domain$/i.test(name))?.[1];
  return named !== undefined && named !== '' ? named : 'shop1.myshopify.io';
}

function accountOf(vector: SignedCase): string {
  return /"account":\{"id":(\d+)/.exec(Buffer.from(vector.body_b64, 'base64').toString())?.[1] ?? '1';
}
