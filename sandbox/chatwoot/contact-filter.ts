import type { Contact } from './entities.ts';

import { fieldsOf, listOf, textOf } from '../core/values.ts';
import { unprocessable } from './access.ts';

const STANDARD_KEYS = [
  'name',
  'phone_number',
  'email',
  'identifier',
  'country_code',
  'city',
  'created_at',
  'last_activity_at',
  'referer',
  'blocked',
  'labels',
];
const OPERATORS = ['equal_to', 'not_equal_to', 'contains', 'does_not_contain', 'is_present', 'is_not_present'];

type Test = (contact: Contact) => boolean;

/** Whether a contact counts as resolved: list and filter show no others. */
export function isResolved(contact: Contact): boolean {
  return contact.email !== null || contact.phoneNumber !== null || contact.identifier !== null;
}

/** Reads the conditions of `POST contacts/filter`, joined from left to right. Unknown attributes, operators and missing values are 422. */
export function toCondition(payload: unknown, attributeKeys: ReadonlySet<string>): Test {
  const conditions = listOf(payload).map(fieldsOf);
  if (conditions.length === 0) return () => true;
  return conditions
    .map((fields) => ({ test: toTest(fields, attributeKeys), join: textOf(fields['query_operator'])?.toUpperCase() ?? null }))
    .reduce((left, right) => ({
      test: (contact) => (left.join === 'OR' ? left.test(contact) || right.test(contact) : left.test(contact) && right.test(contact)),
      join: right.join,
    })).test;
}

function toTest(fields: { readonly [name: string]: unknown }, attributeKeys: ReadonlySet<string>): Test {
  const key = textOf(fields['attribute_key']) ?? '';
  const operator = textOf(fields['filter_operator']) ?? '';
  if (!STANDARD_KEYS.includes(key) && !attributeKeys.has(key))
    unprocessable(
      `Invalid attribute key - [${key}]. The key should be one of [${STANDARD_KEYS.join(',')}] or a custom attribute defined in the account.`,
    );
  if (!OPERATORS.includes(operator)) unprocessable(`Invalid operator. The allowed operators for ${key} are [${OPERATORS.join(',')}].`);
  if (operator === 'is_present') return (contact) => valueOf(contact, key) !== null;
  if (operator === 'is_not_present') return (contact) => valueOf(contact, key) === null;
  const values = listOf(fields['values'] ?? undefined).map((value) => normal(key, String(value)));
  const single = textOf(fields['values']);
  if (single !== undefined) values.push(normal(key, single));
  if (values.length === 0) unprocessable(`Invalid value. The values provided for ${key} are invalid`);
  const equal: Test = (contact) => values.includes(valueOf(contact, key)?.toLowerCase() ?? '\u0000');
  const contains: Test = (contact) => values.some((value) => valueOf(contact, key)?.toLowerCase().includes(value) ?? false);
  if (operator === 'equal_to') return equal;
  if (operator === 'not_equal_to') return (contact) => !equal(contact);
  return operator === 'contains' ? contains : (contact) => !contains(contact);
}

/** Case does not count, and a telephone number gets its plus. */
function normal(key: string, value: string): string {
  const lower = value.toLowerCase();
  return key === 'phone_number' && !lower.startsWith('+') ? `+${lower}` : lower;
}

function valueOf(contact: Contact, key: string): string | null {
  if (key === 'name') return contact.name;
  if (key === 'email') return contact.email;
  if (key === 'phone_number') return contact.phoneNumber;
  if (key === 'identifier') return contact.identifier;
  if (key === 'blocked') return String(contact.blocked);
  const value = contact.customAttributes[key] ?? contact.additionalAttributes[key];
  return value === undefined || value === null ? null : String(value);
}
