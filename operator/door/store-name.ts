import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { StoreToOpen } from '../open-store.ts';

const SHOWN_DIGITS = 16;

/** Names the store of a configuration, so that a command is not let into another one. Holds no secret. */
export function storeNameOf({ store }: Pick<StoreToOpen, 'store'>, cwd: string): string {
  const { url, dir } = store;
  if (url === undefined) return `embedded ${resolve(cwd, dir ?? '.deskbridge/store')}`;
  return `postgres ${createHash('sha256').update(url.reveal()).digest('hex').slice(0, SHOWN_DIGITS)}`;
}
