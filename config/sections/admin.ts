import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { type Secret, secret } from '../../model/secret.ts';

/** Characters below which a token can be guessed. */
const SHORT = 24;

const port = z.int().min(0).max(65_535).optional();

/** The listener for operators, on each `server` and `worker`. */
export const adminSection = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address that it listens on. Any but a loopback address needs the token.')
      .meta({ example: '127.0.0.1' }),
    port: port.describe('Its TCP port on a `server` (and `dev`); 0 takes a free one. Left out: server.port + 1.'),
    workerPort: port.describe('Its TCP port on a `worker`; 0 takes a free one. Left out: one above that of the `server`.'),
    token: secret
      .refine((text: Secret) => text.reveal().trim().length >= SHORT, { error: `a token of at least ${SHORT} characters` })
      .optional()
      .describe('Bearer token that everyone must show, for example from `openssl rand -hex 32`. Left out: asked on this machine alone.')
      .meta({ example: 'env:DESKBRIDGE_ADMIN_TOKEN' }),
  })
  .refine((admin) => admin.token !== undefined || isLoopback(admin.host), {
    path: ['token'],
    error: 'a token by reference, because server.admin.host is no loopback address',
  });

/** Whether only this machine can reach an address. A name other than localhost could be anything. */
function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
}
