import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../model/json.ts';

/** A webhook as it goes over the wire. */
export interface SignedRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** An event of today, signed as Standard Webhooks 1.0.0 says (standardwebhooks.com), by a signer that the product does not share. */
export function signRequest(event: { readonly id: string; readonly type: string; readonly data: JsonObject }, key: Buffer): SignedRequest {
  const now = new Date();
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const body = JSON.stringify({ type: event.type, timestamp: now.toISOString(), data: event.data });
  const signature = createHmac('sha256', key).update(`${event.id}.${timestamp}.${body}`).digest('base64');
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}
