import { Secret } from '../../model/secret.ts';

const SHOWN_CHARACTERS = 40;
const SECRET_LIKE = /^(sk|pk|rk|whsec|whsk|whpk|xox|xapp|shp|ck|cs|ghp|eyJ|bearer|basic)[_\-a-z0-9]/i;

/**
 * A value from the configuration as a problem may show it. Secrets, addresses and whatever looks like a credential in the wrong place
 * are named by kind and length only.
 */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null (an empty value)';
  if (value instanceof Secret) return 'a secret';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`;
  return isShowable(value) ? `text ${JSON.stringify(value)}` : `a text of ${value.length} characters (not shown)`;
}

/** A key or name from the configuration, with the same caution. */
export function describeKey(key: string): string {
  return isShowable(key) ? JSON.stringify(key) : `of ${key.length} characters (not shown)`;
}

/** Whether a text may be shown: it is short, and neither an address nor like a credential. */
export function isShowable(text: string): boolean {
  if (text.length > SHOWN_CHARACTERS || text.includes('@') || SECRET_LIKE.test(text)) return false;
  return !/[A-Za-z0-9+/]{20,}/.test(text);
}
