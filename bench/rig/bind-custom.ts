import { customConfig } from '../../connectors/custom/config.ts';
import { custom } from '../../connectors/custom/index.ts';
import { Secret } from '../../model/secret.ts';
import { bindInbound } from '../../server/bound-inbound.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';

/** A receiving connection that takes what is signed with this secret by Standard Webhooks. */
export function bindCustom(name: string, secret: string): BoundInbound {
  const { receives } = custom;
  if (receives === undefined) throw new Error('the connector custom cannot receive; expected it to have a receiving half');
  return bindInbound(name, 'custom', receives, customConfig.parse({ type: 'custom', secret: new Secret(secret) }));
}
