import { randomUUID } from 'node:crypto';
import type { Stack } from './stack.ts';

/** Values that occur nowhere else, put where personal data and message texts are. Lower case, so that no normalising hides them. */
export const PLANTED = {
  email: 'planted.customer@hidden.example',
  name: 'plantedfirst hiddenlast',
  phone: '+4915199887766',
  message: 'planted message of a customer',
  answer: 'planted answer of an agent',
  note: 'planted note for agents',
  edit: 'planted text of an edit',
  outage: 'planted.outage@hidden.example',
  unreadable: 'planted unreadable body',
  path: 'planted-path-part',
  query: 'planted-query-part',
  signature: randomUUID().replaceAll('-', '').repeat(2),
} as const;

/** What stands in clear where everything else must not: it shows that the search finds what is there. */
export const CANARY = `canary-${randomUUID()}`;

/** The tokens and secrets of a stack's connections. */
export function secretsOf({ sandbox }: Stack): string[] {
  const { chatwoot, stripe, slack } = sandbox.describe();
  return [chatwoot.token, chatwoot.webhookSecret, stripe.key, stripe.webhookSecret, slack.token, slack.signingSecret];
}

/** The signatures of all webhooks that the sandbox has sent, without what stands around the digits. */
export function signaturesOf({ sandbox }: Stack): string[] {
  const attempts = [...sandbox.chatwoot.hooks.attempts(), ...sandbox.stripe.hooks.attempts()];
  const headers = attempts.flatMap(({ headers: sent }) => [sent['x-chatwoot-signature'], sent['stripe-signature']]);
  return headers.flatMap((value) => /[0-9a-f]{64}/.exec(value ?? '') ?? []);
}

/** Which of the values are in it, each named by its beginning. */
export function findIn(where: Buffer | string, values: readonly string[]): string[] {
  return values.filter((value) => where.includes(value)).map((value) => value.slice(0, 24));
}
