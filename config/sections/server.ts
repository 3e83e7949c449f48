import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { duration } from '../../model/fields/duration.ts';
import { size } from '../../model/fields/size.ts';
import { adminSection } from './admin.ts';

const origin = z
  .url({ protocol: /^https?$/, error: 'an origin such as https://hooks.example.com' })
  .refine((text) => !URL.canParse(text) || new URL(text).origin === text, {
    error: 'an origin: scheme, host and port only, without a path or a slash at the end',
  });

const proxy = z
  .string()
  .refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), { error: 'an IP address or a range such as 203.0.113.0/24' });

/** The receiver of webhooks. */
export const serverSection = z
  .strictObject({
    port: z.int().min(0).max(65_535).default(8080).describe('TCP port to listen on; 0 takes a free one.'),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. In a container: 0.0.0.0.').meta({ example: '0.0.0.0' }),
    publicUrl: origin
      .optional()
      .describe('Origin under which senders reach this server; webhook addresses shown to you start with it.')
      .meta({ example: 'https://hooks.example.com' }),
    maxBody: size({ min: '1kB', max: '16MB' })
      .optional()
      .describe(
        'Largest request body that is taken, whoever sends it; larger ones are answered 413. Left out: 8MB from Chatwoot, Deskwoot, WooCommerce, WotNot and Shopify, which send whole e-mails and records; 1MB from the others.',
      )
      .meta({ example: '4MB' }),
    maxConcurrent: z.int().min(1).max(100_000).default(512).describe('Requests handled at a time; more are answered 503 with Retry-After.'),
    uiOrigin: origin
      .optional()
      .describe('Origin of the Temporal UI that may ask the codec endpoint to show payloads. Left out: the UI of the dev server only.')
      .meta({ example: 'https://temporal.example.com' }),
    trustedProxies: z
      .array(proxy)
      .default([])
      .describe(
        'Addresses and ranges of proxies in front that are neither on this machine nor in a private network: they speak for many senders, so no bound per address holds for them.',
      )
      .meta({ example: '[203.0.113.0/24]' }),
    lameDuck: duration({ max: '5m' })
      .prefault('5s')
      .describe(
        'How long, after SIGTERM, `server` still takes webhooks while /readyz says 503: the time that load balancers need to look elsewhere.',
      ),
    admin: adminSection
      .prefault({})
      .describe('The listener for operators: metrics and the codec endpoint. Never the port that senders know.'),
  })
  .refine((server) => server.port === 0 || server.admin.port !== server.port, {
    path: ['admin', 'port'],
    error: 'another port than server.port, which the world knows',
  });
