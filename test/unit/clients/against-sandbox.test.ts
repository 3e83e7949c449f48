import { describe, expect, it, onTestFinished } from 'vitest';
import { chatwootHeaders, explainChatwoot } from '../../../connectors/chatwoot/call/access.ts';
import { createChatwootClient } from '../../../connectors/chatwoot/ports/helpdesk.ts';
import { deskwootHeaders, explainDeskwoot } from '../../../connectors/deskwoot/call/access.ts';
import { createDeskwootClient } from '../../../connectors/deskwoot/ports/helpdesk.ts';
import { toContactMark } from '../../../connectors/ports/contact-mark.ts';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { slackHeaders } from '../../../connectors/slack/call/access.ts';
import { createSlackClient } from '../../../connectors/slack/ports/chat.ts';
import { stripeHeaders, explainStripe } from '../../../connectors/stripe/call/access.ts';
import { createStripeClient } from '../../../connectors/stripe/ports/billing.ts';
import { startChatwoot } from '../../../sandbox/chatwoot/index.ts';
import { newContact as newChatwootContact } from '../../../sandbox/chatwoot/records.ts';
import { startDeskwoot } from '../../../sandbox/deskwoot/index.ts';
import { startSlack } from '../../../sandbox/slack/index.ts';
import { startStripe } from '../../../sandbox/stripe/index.ts';
import type { HelpdeskClient } from '../../../connectors/ports/helpdesk.ts';
import type { ChatwootHandle } from '../../../sandbox/chatwoot/index.ts';
import type { Faults } from '../../../sandbox/core/faults.ts';
import type { DeskwootHandle } from '../../../sandbox/deskwoot/index.ts';

const mark = 'f3a1c0ffee0123456789';
const HERE = { account: null, context: null, livemode: false };
const send = { mark, sendBy: Number.POSITIVE_INFINITY };
const KEYS = { mark: toContactMark({ connection: 'billing', id: 'cus_1' }), former: 'stripe:cus_1', email: 'lisa@example.com' };
const LISA = { ...KEYS, name: 'Lisa', phone: '+491701234567' };

interface Desk {
  readonly client: HelpdeskClient;
  readonly faults: Faults;
}

describe.each<[string, () => Promise<Desk>]>([
  ['Deskwoot', openDeskwoot],
  ['Chatwoot', openChatwoot],
])('%s', (_name, open) => {
  it('is connected, and can do what flows need', async () => {
    const { client } = await open();
    expect((await client.probe()).userId).toBeTruthy();
    expect(await client.abilities()).toEqual({ listConversations: true, createConversation: true, createContact: true });
    expect((await client.agents()).map((agent) => agent.email)).toContain('jan@acme.example');
    expect((await client.teams()).map((team) => team.name.toLowerCase())).toEqual(['billing']);
  });

  it('takes a whole dunning conversation, which reads back as it was written', async () => {
    const { client } = await open();
    const { contactId, inboxId } = await newContact(client);
    const jan = (await client.agents()).find((agent) => agent.name === 'Jan')?.id ?? '';
    const { id } = await client.createConversation(
      { contactId, inboxId, assigneeId: jan, teamId: null, opening: 'Your invoice is due.' },
      send,
    );
    await client.addLabel(id, 'dunning', send);
    await client.addLabel(id, 'dunning', send);
    await client.setPriority(id, 'high', send);
    await client.assign(id, { assigneeId: null, teamId: (await client.teams())[0]?.id ?? '' }, send);
    await client.reopen(id, send);
    expect(await client.readConversation(id)).toMatchObject({
      id,
      status: 'open',
      inboxId,
      inboxName: 'Billing',
      contact: { id: contactId, name: 'Lisa', email: 'lisa@example.com' },
      labels: ['dunning'],
    });
    expect((await client.conversationsOf(contactId, inboxId)).map((conversation) => conversation.id)).toEqual([id]);
  });

  it.each([true, false])('keeps a message that can be found again and read by its id (private: %s)', async (isPrivate) => {
    const { client } = await open();
    const conversationId = await newConversation(client);
    const sought = { mark, text: 'We look into it.', private: isPrivate };
    expect(await client.findMessage(conversationId, sought)).toBeNull();
    const { id } = await client.postMessage({ conversationId, text: sought.text, private: isPrivate }, send);
    expect(await client.findMessage(conversationId, sought)).toMatchObject({ id, text: sought.text, private: isPrivate });
    expect(await client.readMessage(conversationId, id)).toMatchObject({
      id,
      text: sought.text,
      direction: 'outgoing',
      sender: { kind: 'agent' },
    });
  });

  it('gives the one contact, however often it is created', async () => {
    const { client } = await open();
    const { contactId, inboxId } = await newContact(client);
    expect((await client.createContact({ ...LISA, inboxId }, send)).id).toBe(contactId);
    expect((await client.findContact(LISA))?.id).toBe(contactId);
    const other = { mark: toContactMark({ connection: 'billing', id: 'cus_2' }), former: 'stripe:cus_2', email: 'other@example.com' };
    expect(await client.findContact(other)).toBeNull();
  });

  it.each(['500-after-write', 'reset-after-write', 'truncated'] as const)(
    'a post that failed after it was done (%s) is ambiguous, and found',
    async (kind) => {
      const { client, faults } = await open();
      const conversationId = await newConversation(client);
      faults.add({ kind, match: { method: 'POST' } });
      await expect(client.postMessage({ conversationId, text: 'Once.', private: false }, send)).rejects.toMatchObject({
        data: { ambiguous: true },
      });
      expect(await client.findMessage(conversationId, { mark, text: 'Once.', private: false })).not.toBeNull();
    },
  );

  it('gives null for a conversation that is not there', async () => {
    const { client } = await open();
    expect(await client.readConversation('999')).toBeNull();
  });
});

describe('a contact that earlier versions marked', () => {
  it('is found at Chatwoot, brought over, and from then on known by our mark though its address changes', async () => {
    const { client, sandbox } = await openChatwoot();
    const contact = newChatwootContact(sandbox.state, 0, { identifier: 'stripe:cus_1', email: 'lisa@example.com' });
    await sandbox.desk.addContact(contact, null);
    expect(await client.findContact({ ...KEYS, email: null })).toMatchObject({ id: String(contact.id), marked: false });
    await client.markContact(String(contact.id), KEYS, send);
    expect(contact).toMatchObject({ identifier: null, customAttributes: { billing_id: 'cus_1' } });
    contact.email = 'new@example.com';
    expect(await client.findContact(KEYS)).toMatchObject({ id: String(contact.id), marked: true });
  });

  it('is brought over at Deskwoot when it is met by its address', async () => {
    const { client, sandbox } = await openDeskwoot();
    const { contact } = sandbox.desk.addContact({
      email: 'lisa@example.com',
      customAttributes: { deskbridge_id: 'stripe:cus_1', plan: 'gold' },
    });
    expect(await client.findContact(KEYS)).toMatchObject({ id: contact.id, marked: null });
    await client.markContact(contact.id, KEYS, send);
    expect(contact.customAttributes).toEqual({ plan: 'gold', billing_id: 'cus_1' });
  });
});

describe('Deskwoot by its document alone', () => {
  it('reads and answers, and says what it cannot do', async () => {
    const { client } = await openDeskwoot({ documentedOnly: true });
    expect(await client.abilities()).toMatchObject({ listConversations: false, createConversation: false });
    await expect(client.createContact({ ...LISA, inboxId: 'inbox_billing' }, send)).rejects.toMatchObject({
      data: { code: 'unsupported', hint: expect.stringContaining('answered 404') },
    });
  });
});

describe('Slack', () => {
  it('takes a thread, whose messages are found by their marks', async () => {
    const slack = await startSlack({
      tokens: [{ value: 'xoxb-1', scopes: ['chat:write', 'channels:history', 'channels:read', 'metadata.message:read'] }],
      signingSecret: 's',
    });
    onTestFinished(() => slack.close());
    const client = createSlackClient({
      connection: 'team',
      http: createHttpClient({ connection: 'team', baseUrl: slack.origin, headers: () => slackHeaders(new Secret('xoxb-1')) }),
    });
    const sinceMs = Date.now();
    await client.probe();
    const root = await client.post({ channel: 'C0123', thread: null, text: 'Root' }, { ...send, mark: 'root' });
    const reply = await client.post({ channel: 'C0123', thread: root.ts, text: 'Reply' }, { ...send, mark: 'reply' });
    expect(await client.find({ channel: 'C0123', thread: null, mark: 'root', sinceMs })).toEqual(root);
    expect(await client.find({ channel: 'C0123', thread: root.ts, mark: 'reply', sinceMs })).toEqual(reply);
    expect(await client.find({ channel: 'C0123', thread: root.ts, mark: 'none', sinceMs })).toBeNull();
    await expect(client.post({ channel: 'C9', thread: null, text: 'x' }, send)).rejects.toMatchObject({ data: { code: 'forbidden' } });
  });
});

describe('Stripe', () => {
  it('gives its invoices with their customers', async () => {
    const stripe = await startStripe({ keys: [{ value: 'sk_test_1', rights: ['*'] }] });
    onTestFinished(() => stripe.close());
    const client = createStripeClient({
      connection: 'billing',
      mode: 'test',
      http: createHttpClient({
        connection: 'billing',
        baseUrl: stripe.origin,
        headers: () => stripeHeaders(new Secret('sk_test_1')),
        explain: explainStripe,
      }),
    });
    await client.probe();
    const [invoice] = [...stripe.state.invoices.values()];
    const customer = stripe.state.customers.get(invoice?.customerId ?? '');
    expect(await client.readInvoice({ ...HERE, id: invoice?.id ?? '' })).toMatchObject({
      id: invoice?.id,
      customerId: customer?.id,
      customerEmail: customer?.email,
      due: { amount: '49.00', currency: 'USD' },
    });
    expect(await client.readInvoice({ ...HERE, id: 'in_none' })).toBeNull();
    const { invoice: connected } = stripe.failPayment({ account: 'acct_1' });
    expect(await client.readInvoice({ ...HERE, id: connected.id })).toBeNull();
    expect(await client.readInvoice({ ...HERE, id: connected.id, account: 'acct_1' })).toMatchObject({ id: connected.id });
    expect(await client.readInvoice({ ...HERE, id: connected.id, context: 'acct_1' })).toMatchObject({ id: connected.id });
  });
});

async function newContact(client: HelpdeskClient): Promise<{ contactId: string; inboxId: string }> {
  const inboxId = (await client.inboxes()).find((inbox) => inbox.name === 'Billing')?.id ?? '';
  return { contactId: (await client.createContact({ ...LISA, inboxId }, send)).id, inboxId };
}

async function newConversation(client: HelpdeskClient): Promise<string> {
  const { contactId, inboxId } = await newContact(client);
  return (
    await client.createConversation(
      { contactId, inboxId, assigneeId: null, teamId: null, opening: 'Hello' },
      { ...send, mark: 'conversation' },
    )
  ).id;
}

async function openDeskwoot(options: { readonly documentedOnly?: boolean } = {}): Promise<Desk & { readonly sandbox: DeskwootHandle }> {
  const sandbox = await startDeskwoot({
    accountId: 'acc_1',
    tokens: [{ value: 'dw_1', userId: 'user_bridge', scopes: ['read', 'write'] }],
    ...options,
  });
  onTestFinished(() => sandbox.close());
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: sandbox.origin,
    headers: () => deskwootHeaders(new Secret('dw_1')),
    explain: explainDeskwoot,
  });
  return {
    sandbox,
    faults: sandbox.faults,
    client: createDeskwootClient({ http, connection: 'helpdesk', account: 'acc_1', uiBaseUrl: sandbox.origin }),
  };
}

async function openChatwoot(): Promise<Desk & { readonly sandbox: ChatwootHandle }> {
  const sandbox = await startChatwoot({ accountId: 7, tokens: [{ value: 'cw_1', kind: 'user', ownerId: 1 }] });
  onTestFinished(() => sandbox.close());
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: sandbox.origin,
    headers: () => chatwootHeaders(new Secret('cw_1')),
    explain: explainChatwoot,
  });
  return {
    sandbox,
    faults: sandbox.faults,
    client: createChatwootClient({ http, connection: 'helpdesk', account: '7', uiBaseUrl: sandbox.origin }),
  };
}
