import { chatwootConnector } from './chatwoot/index.ts';
import { customConnector } from './custom/index.ts';
import { deskwootConnector } from './deskwoot/index.ts';
import { shopifyConnector } from './shopify/index.ts';
import { slackConnector } from './slack/index.ts';
import { stripeConnector } from './stripe/index.ts';
import { woocommerceConnector } from './woocommerce/index.ts';
import { wotnotConnector } from './wotnot/index.ts';
import type { Connector } from './connector.ts';

/** Every connector, by type: adding one is an import, a line here and a case below, which the compiler asks for. */
export const connectors = {
  deskwoot: deskwootConnector,
  chatwoot: chatwootConnector,
  stripe: stripeConnector,
  slack: slackConnector,
  shopify: shopifyConnector,
  woocommerce: woocommerceConnector,
  wotnot: wotnotConnector,
  custom: customConnector,
} as const;

export type ConnectorType = keyof typeof connectors;

export type AnyConnector = (typeof connectors)[ConnectorType];

/** Any connector's settings, told apart by `type`. */
export type ConnectorSettings = {
  readonly [T in ConnectorType]: (typeof connectors)[T] extends Connector<T, infer Settings> ? Settings : never;
}[ConnectorType];

/** Does something with a connector whose settings' type the caller need not know. */
export type ConnectorUse<Result> = <Settings extends ConnectorSettings>(connector: Connector<ConnectorType, Settings>) => Result;

/** Whether there is a connector of this type. */
export function isConnectorType(type: string): type is ConnectorType {
  return Object.hasOwn(connectors, type);
}

/** Calls `use` with the connector of a type, so that its schema, functions and settings stay of one type throughout. */
export function withConnector<Result>(type: ConnectorType, use: ConnectorUse<Result>): Result {
  switch (type) {
    case 'deskwoot':
      return use(connectors.deskwoot);
    case 'chatwoot':
      return use(connectors.chatwoot);
    case 'stripe':
      return use(connectors.stripe);
    case 'slack':
      return use(connectors.slack);
    case 'shopify':
      return use(connectors.shopify);
    case 'woocommerce':
      return use(connectors.woocommerce);
    case 'wotnot':
      return use(connectors.wotnot);
    case 'custom':
      return use(connectors.custom);
  }
}

/** The connector of a type; undefined where there is none. */
export function connectorOf(type: string): AnyConnector | undefined {
  return isConnectorType(type) ? connectors[type] : undefined;
}
