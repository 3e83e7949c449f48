import { customConfig } from '../../connectors/custom/config.ts';
import { customConnector } from '../../connectors/custom/index.ts';
import { Secret } from '../../model/secret.ts';
import { bindInbound } from '../../server/bound-inbound.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';

/** A receiving connection that takes what is signed with this secret by Standard Webhooks. */
export function bindCustom(name: string, secret: string): BoundInbound {
  const { inbound } = customConnector;
  if (inbound === undefined) throw new Error('the connector custom cannot receive; expected it to have an inbound half');
  return bindInbound(name, 'custom', inbound, customConfig.parse({ type: 'custom', secret: new Secret(secret) }));
}
