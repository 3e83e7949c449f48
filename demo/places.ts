import type { Links } from './look.ts';

/** Where to look when it is over. */
export interface Places extends Links {
  readonly temporalUi: string;
  readonly webhooks: string;
  readonly metrics: string;
  readonly sandbox: { readonly [system: string]: string };
  readonly log: string;
}
