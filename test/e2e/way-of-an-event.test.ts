import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../store/migrate.ts';
import { createPglite } from '../../store/driver/pglite.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import type { Database } from '../../store/driver/database.ts';
import type { Stack } from '../helpers/stack.ts';

describe('a customer message at Chatwoot', () => {
  let db: Database;
  let stack: Stack;
  beforeAll(async () => {
    db = await createPglite();
    await migrate(db);
    stack = await startStack({ db, helpdesk: 'chatwoot' });
  });
  afterAll(async () => {
    await stack.close();
    await db.close();
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
