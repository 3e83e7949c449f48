import { createHash } from 'node:crypto';
import { isEqual } from './signature.ts';
import { isBlank } from '../settings.ts';
import type { Secret } from '../../model/secret.ts';

/** Compares a shared token with what a sender showed, in constant time whatever the lengths; a blank token never matches. */
export function isToken(secret: Secret, shown: string): boolean {
  return isEqual(digest(secret.reveal()), digest(shown)) && !isBlank(secret);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
