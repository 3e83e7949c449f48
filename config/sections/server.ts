import { z } from 'zod';
import { size } from '../size.ts';

const origin = z
  .url({ protocol: /^https?$/, error: 'an origin such as https://hooks.example.com' })
  .refine((text) => !URL.canParse(text) || new URL(text).origin === text, {
    error: 'an origin: scheme, host and port only, without a path or a slash at the end',
  });

/** The receiver of webhooks. */
export const serverSection = z.strictObject({
  port: z.int().min(0).max(65_535).default(8080).describe('TCP port to listen on; 0 takes a free one.'),
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on. In a container: 0.0.0.0.').meta({ example: '0.0.0.0' }),
  publicUrl: origin
    .optional()
    .describe('Origin under which senders reach this server; webhook addresses shown to you start with it.')
    .meta({ example: 'https://hooks.example.com' }),
  maxBody: size({ min: '1kB', max: '16MB' }).prefault('1MB').describe('Largest request body that is taken; larger ones are answered 413.'),
  maxConcurrent: z.int().min(1).max(100_000).default(512).describe('Requests handled at a time; more are answered 503 with Retry-After.'),
  uiOrigin: origin
    .optional()
    .describe('Origin of the Temporal UI that may ask the codec endpoint to show payloads. Left out: the UI of the dev server only.')
    .meta({ example: 'https://temporal.example.com' }),
});
