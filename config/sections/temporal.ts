import { z } from 'zod';
import { secret } from '../../model/secret.ts';

const certificates = z.strictObject({
  serverName: z.string().min(1).optional().describe('Name to expect in the server certificate, where it differs from the address.'),
  ca: secret.optional().describe('Certificate authority to trust, PEM.').meta({ example: 'file:secrets/temporal-ca.pem' }),
  cert: secret.optional().describe('Client certificate, PEM.').meta({ example: 'file:secrets/temporal.pem' }),
  key: secret.optional().describe('Private key of the client certificate, PEM.').meta({ example: 'file:secrets/temporal.key' }),
});

/** The Temporal service. */
export const temporalSection = z
  .strictObject({
    address: z
      .string()
      .regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$/, { error: 'host:port, without a scheme, such as localhost:7233' })
      .describe('Host and port of the Temporal service.')
      .meta({ example: 'localhost:7233' }),
    namespace: z.string().min(1).default('default').describe('Temporal namespace.'),
    tls: z
      .union([z.boolean(), certificates])
      .default(false)
      .describe('true: TLS with the system certificates; or a mapping with certificates. An apiKey turns TLS on by itself.'),
    apiKey: secret.optional().describe('API key, for Temporal Cloud.').meta({ example: 'env:TEMPORAL_API_KEY' }),
  })
  .describe('The Temporal service. Left out: the dev server, started with `deskbridge dev`.');
