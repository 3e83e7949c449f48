import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEmbedded } from '../helpers/databases.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack } from '../helpers/stack.ts';

describe('a customer message at Chatwoot', () => {
  let made: TestDatabase;
  let stack: Stack;
  beforeAll(async () => {
    made = await makeEmbedded();
    stack = await startStack({ db: made.db, helpdesk: 'chatwoot' });
  });
  afterAll(async () => {
    await stack.close();
    await made.remove();
  });

  it('opens a thread in Slack and posts each message there once', async () => {
    stack.sandbox.chatwoot.customerWrites('new', 'Where is my order?');
    await eventually(() => expect(stack.sandbox.slack.threads('C0123')).toHaveLength(1));
    await eventually(() => expect(JSON.stringify(stack.sandbox.slack.threads('C0123'))).toContain('Where is my order?'));
  });

  it('leaves a note about a failed payment in a conversation of the customer', async () => {
    stack.sandbox.stripe.failPayment({ amountDue: 4900, currency: 'usd' });
    await eventually(() => {
      const notes = [...stack.sandbox.chatwoot.state.conversations.values()].flatMap(({ messages }) =>
        messages.filter((message) => message.private),
      );
      expect(notes.map((note) => note.content)).toEqual([expect.stringContaining('49.00 USD')]);
    });
  });
});
