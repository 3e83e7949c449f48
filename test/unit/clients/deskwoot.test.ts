import { describe, expect, it } from 'vitest';
import { createDeskwootClient } from '../../../connectors/deskwoot/ports/helpdesk.ts';
import { toContactMark } from '../../../connectors/ports/contact-mark.ts';
import { deskwootHeaders, explainDeskwoot } from '../../../connectors/deskwoot/call/access.ts';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { routes, serve } from '../../helpers/http-server.ts';
import type { HelpdeskClient } from '../../../connectors/ports/helpdesk.ts';
import type { Reply, Taken, TestServer } from '../../helpers/http-server.ts';

const A = '/api/v1/accounts/acc_1';
const MARK = 'f3a1c0ffee';
const KEYS = { mark: toContactMark({ connection: 'billing', id: 'cus_1' }), former: 'stripe:cus_1', email: 'lisa@example.com' };
const CONTACT = { ...KEYS, name: 'Lisa', phone: null, inboxId: 'i1' };
const send = { mark: MARK, sendBy: Number.POSITIVE_INFINITY };
const ME = {
  'GET /api/v1/me': {
    json: {
      user: { id: 'u_bot', email: 'bot@acme.example', name: 'Bot' },
      accountId: 'acc_1',
      accountIds: ['acc_1'],
      authMethod: 'api_token',
      scopes: ['read', 'write'],
    },
  },
};
const CONVERSATION = {
  id: 'c1',
  status: 'SNOOZED',
  priority: null,
  inboxId: 'i1',
  contactId: 'p1',
  muted: false,
  createdAt: '2026-03-13T08:00:00Z',
  contact: { id: 'p1', name: 'Lisa', email: 'lisa@example.com' },
  inbox: { id: 'i1', name: 'Billing', channelType: 'EMAIL' },
  assignee: null,
  labels: [{ id: 'l1', title: 'VIP', color: '#fff' }],
  messages: [],
};

describe('Deskwoot', () => {
  it('reads a conversation, with its status in our words and a link', async () => {
    const { client, server } = await open({ 'GET /api/v1/conversations/c1': { json: CONVERSATION } });
    expect(await client.readConversation('c1')).toEqual({
      id: 'c1',
      status: 'snoozed',
      inboxId: 'i1',
      inboxName: 'Billing',
      contact: { id: 'p1', name: 'Lisa', email: 'lisa@example.com' },
      labels: ['VIP'],
      mark: null,
      url: 'https://desk.example/conversations/c1',
    });
    expect(server.taken[0]?.headers.authorization).toBe('Bearer dw_test');
  });

  it('gives null for what is not there', async () => {
    const { client } = await open({});
    expect(await client.readConversation('gone')).toBeNull();
    expect(await client.readMessage('gone', 'm1')).toBeNull();
  });

  it.each([
    ['bare', [{ id: 'i1', name: 'Billing' }]],
    ['in data', { data: [{ id: 'i1', name: 'Billing' }] }],
    ['under its name', { inboxes: [{ id: 'i1', name: 'Billing' }], total: 1 }],
  ])('takes a list %s', async (_form, json) => {
    const { client } = await open({ [`GET ${A}/inboxes`]: { json } });
    expect(await client.inboxes()).toEqual([{ id: 'i1', name: 'Billing' }]);
  });

  it('lists agents by their users, with the e-mail address that configurations name', async () => {
    const { client } = await open({
      [`GET ${A}/agents`]: {
        json: { agents: [{ user: { id: 'u1', name: 'Jan', email: 'jan@acme.example' }, role: 'AGENT' }], maxAgents: 10 },
      },
    });
    expect(await client.agents()).toEqual([{ id: 'u1', name: 'Jan', email: 'jan@acme.example' }]);
  });

  it('takes agents and inboxes that have no name', async () => {
    const { client } = await open({
      [`GET ${A}/agents`]: { json: { agents: [{ user: { id: 'u1', name: null, email: 'jan@acme.example' }, role: 'AGENT' }] } },
      [`GET ${A}/inboxes`]: {
        json: [
          { id: 'i1', name: null },
          { id: 'i2', name: 'Billing' },
        ],
      },
    });
    expect(await client.agents()).toEqual([{ id: 'u1', name: '', email: 'jan@acme.example' }]);
    expect((await client.inboxes()).map(({ name }) => name)).toEqual(['', 'Billing']);
  });

  it('asks for names once in two minutes, and again after a failure', async () => {
    let fails = true;
    let nowMs = 0;
    const { client, server } = await open({ [`GET ${A}/labels`]: () => (fails ? { status: 500, json: {} } : { json: [] }) }, () => nowMs);
    await expect(client.labels()).rejects.toMatchObject({ data: { code: 'unavailable' } });
    fails = false;
    await Promise.all([client.labels(), client.labels()]);
    expect(server.taken).toHaveLength(2);
    nowMs = 120_000;
    await client.labels();
    expect(server.taken).toHaveLength(3);
  });

  it('finds a contact by the exact e-mail address, whatever the search brings up beside it', async () => {
    const contacts = [
      { id: 'p9', name: 'Other', email: 'xlisa@example.com' },
      { id: 'p1', name: 'Lisa', email: 'Lisa@Example.com' },
    ];
    const { client, server } = await open({ [`GET ${A}/contacts`]: { json: { contacts, total: 2, page: 1, pageSize: 25 } } });
    expect(await client.findContact(KEYS)).toMatchObject({ id: 'p1', marked: null });
    expect(server.taken[0]?.query.get('search')).toBe('lisa@example.com');
    expect(await client.findContact({ ...KEYS, email: null })).toBeNull();
  });

  it('takes the contact that exists where the address is taken', async () => {
    const { client } = await open({
      ...ME,
      [`GET ${A}/conversations`]: { json: [] },
      [`POST ${A}/contacts`]: { status: 409, json: { error: 'Contact with this email already exists' } },
      [`GET ${A}/contacts`]: { json: { contacts: [{ id: 'p1', name: 'Lisa', email: 'lisa@example.com' }] } },
    });
    expect(await client.createContact(CONTACT, send)).toMatchObject({ id: 'p1' });
  });

  it('looks for a contact that exists and is not found once more, since a search may be late', async () => {
    const { client } = await open({
      ...ME,
      [`GET ${A}/conversations`]: { json: [] },
      [`POST ${A}/contacts`]: { status: 409, json: { error: 'Contact with this email already exists' } },
      [`GET ${A}/contacts`]: { json: { contacts: [] } },
    });
    await expect(client.createContact(CONTACT, send)).rejects.toMatchObject({
      data: { code: 'conflict', retry: { kind: 'backoff' }, ambiguous: false },
    });
  });
});

describe('the mark of a contact at Deskwoot', () => {
  it('is an attribute of a contact that we create', async () => {
    const { client, server } = await open({
      ...ME,
      [`GET ${A}/conversations`]: { json: [] },
      [`POST ${A}/contacts`]: { status: 201, json: { id: 'p1' } },
    });
    await client.createContact(CONTACT, send);
    expect(server.taken.at(-1)?.json).toEqual({ name: 'Lisa', email: 'lisa@example.com', customAttributes: { billing_id: 'cus_1' } });
  });

  it.each([
    ['beside the attributes it has', { plan: 'gold', tags: ['a'] }, { plan: 'gold', tags: ['a'], billing_id: 'cus_1' }],
    ['in the place of what earlier versions wrote', { deskbridge_id: 'stripe:cus_1' }, { billing_id: 'cus_1' }],
    [
      'beside what they left of another customer',
      { deskbridge_id: 'stripe:cus_9' },
      { deskbridge_id: 'stripe:cus_9', billing_id: 'cus_1' },
    ],
    ['where it has no attributes yet', null, { billing_id: 'cus_1' }],
  ])('is put on a contact that has none, %s', async (_where, customAttributes, written) => {
    const { client, server } = await open({
      [`GET ${A}/contacts/p1`]: { json: { id: 'p1', name: 'Lisa', customAttributes } },
      [`PATCH ${A}/contacts/p1`]: { json: { id: 'p1' } },
    });
    await client.markContact('p1', KEYS, send);
    expect(server.taken.at(-1)).toMatchObject({ method: 'PATCH', json: { customAttributes: written } });
  });

  it.each([
    ['a contact with the mark of another record', { json: { id: 'p1', customAttributes: { billing_id: 'cus_9' } } }],
    ['a contact that this token cannot read singly', { status: 403, json: { error: 'no' } }],
    ['a server that has no such call', { status: 404, text: 'Not found', headers: { 'content-type': 'text/html' } }],
  ])('is not written to %s, and that stops nothing', async (_what, reply) => {
    const { client, server } = await open({ [`GET ${A}/contacts/p1`]: reply });
    await client.markContact('p1', KEYS, send);
    expect(server.taken.map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('what a Deskwoot token cannot do', () => {
  it('is known without writing anything', async () => {
    const { client, server } = await open({ ...ME });
    expect(await client.abilities()).toEqual({ listConversations: false, createConversation: false, createContact: true });
    await client.abilities();
    expect(server.taken.map((one) => one.method)).toEqual(['GET', 'GET']);
  });

  it('is named with what is missing and what to do, and nothing is sent', async () => {
    const { client, server } = await open({ ...ME });
    await expect(
      client.createConversation({ contactId: 'p1', inboxId: 'i1', assigneeId: null, teamId: null, opening: 'Hello' }, send),
    ).rejects.toMatchObject({
      data: {
        code: 'unsupported',
        retry: { kind: 'never' },
        ambiguous: false,
        hint: expect.stringMatching(
          /cannot create conversations: the REST document has no such call, and the server refused.*scopes read and write/,
        ),
      },
    });
    expect(server.taken.filter((one) => one.method === 'POST')).toHaveLength(0);
  });

  it.each([403, 404, 405])('is learnt from a %i to the real attempt', async (status) => {
    const { client } = await open({
      ...ME,
      [`GET ${A}/conversations`]: { json: [] },
      [`POST ${A}/contacts`]: { status, json: { error: 'no' } },
    });
    await expect(client.createContact(CONTACT, send)).rejects.toMatchObject({
      data: { code: 'unsupported', hint: expect.stringContaining(`the server answered ${status} to it`) },
    });
  });

  it('is not assumed from a failure that passes', async () => {
    const { client } = await open({ ...ME, [`GET ${A}/conversations`]: { status: 500, json: {} } });
    await expect(client.abilities()).rejects.toMatchObject({ data: { code: 'unavailable' } });
  });
});

describe('writing to Deskwoot', () => {
  it('creates a conversation with its opening', async () => {
    const { client, server } = await open({
      ...ME,
      [`GET ${A}/conversations`]: { json: [] },
      [`POST ${A}/conversations`]: { status: 201, json: { ...CONVERSATION, status: 'OPEN' } },
    });
    const made = await client.createConversation(
      { contactId: 'p1', inboxId: 'i1', assigneeId: 'u1', teamId: null, opening: 'Hello' },
      send,
    );
    expect(made).toMatchObject({ id: 'c1', status: 'open' });
    expect(server.taken.at(-1)?.json).toEqual({ inboxId: 'i1', contactId: 'p1', message: 'Hello', assigneeId: 'u1' });
  });

  it("lists the contact's conversations of one inbox, newest first", async () => {
    const listed = [
      CONVERSATION,
      { ...CONVERSATION, id: 'c2', createdAt: '2026-03-14T08:00:00Z' },
      { ...CONVERSATION, id: 'c3', contactId: 'p2' },
      { ...CONVERSATION, id: 'c4', inboxId: 'i2' },
    ];
    const { client } = await open({ ...ME, [`GET ${A}/conversations`]: { json: { data: listed } } });
    expect((await client.conversationsOf('p1', 'i1')).map((one) => one.id)).toEqual(['c2', 'c1']);
  });

  it('posts a note that is found again by its reference line, whatever was said since', async () => {
    const { client, kept } = await openThread();
    await client.postMessage({ conversationId: 'c1', text: 'Invoice in_1 failed.', private: true }, send);
    expect(kept[0]?.['content']).toMatch(/^Invoice in_1 failed\.\n\n\[ref [0-9a-f]{8}\]$/);
    const found = await client.findMessage('c1', { mark: MARK, text: 'Invoice in_1 failed.', private: true });
    expect(found).toMatchObject({ id: 'm0', private: true, text: 'Invoice in_1 failed.' });
    expect(await client.findMessage('c1', { mark: 'another', text: 'Invoice in_1 failed.', private: true })).toBeNull();
  });

  it("finds a public message of its own by text, however its blanks came back, and no one else's", async () => {
    const { client, kept } = await openThread();
    kept.push(message('m0', 'Your invoice is due.', 'u_agent'));
    const sought = { mark: MARK, text: 'Your  invoice\nis due.', private: false };
    expect(await client.findMessage('c1', sought)).toBeNull();
    kept.push(message('m1', 'Your invoice is due. ', 'u_bot'));
    expect(await client.findMessage('c1', sought)).toMatchObject({ id: 'm1' });
    expect(await client.findMessage('c1', { ...sought, private: true })).toBeNull();
  });

  it('does not take an equal text for its own that is older than the intent', async () => {
    const { client, kept } = await openThread();
    kept.push(message('m0', 'Thanks.', 'u_bot'));
    const sinceMs = Date.parse('2026-03-14T12:00:00Z');
    expect(await client.findMessage('c1', { mark: MARK, text: 'Thanks.', private: false, sinceMs })).toBeNull();
    expect(await client.findMessage('c1', { mark: MARK, text: 'Thanks.', private: false, sinceMs: sinceMs - 7_200_000 })).toMatchObject({
      id: 'm0',
    });
  });

  it('adds a label by its title, and is content where it is there already', async () => {
    const { client, server } = await open({
      [`GET ${A}/labels`]: { json: [{ id: 'l2', title: 'Dunning' }] },
      'POST /api/v1/conversations/c1/labels': { status: 409, json: { error: 'exists' } },
    });
    await client.addLabel('c1', 'dunning', send);
    expect(server.taken.at(-1)?.json).toEqual({ labelId: 'l2' });
    await expect(client.addLabel('c1', 'nope', send)).rejects.toMatchObject({
      data: { code: 'not_found', hint: expect.stringContaining('no label "nope"') },
    });
  });

  it.each<[string, (client: HelpdeskClient) => Promise<void>, unknown]>([
    ['priority', (client) => client.setPriority('c1', 'urgent', send), { priority: 'URGENT' }],
    ['assignee, leaving the team', (client) => client.assign('c1', { assigneeId: 'u1', teamId: null }, send), { assigneeId: 'u1' }],
    ['status', (client) => client.reopen('c1', send), { status: 'OPEN' }],
  ])('sets the %s as an absolute value', async (_what, write, body) => {
    const { client, server } = await open({ 'PATCH /api/v1/conversations/c1': { json: CONVERSATION } });
    await write(client);
    expect(server.taken.map((one) => one.json)).toEqual([body]);
  });

  it('sends no write after its time', async () => {
    const { client, server } = await open({});
    await expect(client.reopen('c1', { mark: MARK, sendBy: 0 })).rejects.toMatchObject({ data: { code: 'send_window_closed' } });
    expect(server.taken).toHaveLength(0);
  });
});

describe('Deskwoot refuses:', () => {
  it('too many requests without a delay wait for the next full minute', async () => {
    const { client } = await open({
      'GET /api/v1/me': { status: 429, json: { error: 'slow' }, headers: { date: 'Sat, 21 Nov 2026 10:00:45 GMT' } },
    });
    const error = await client.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ data: { code: 'throttled', retry: { kind: 'after' } } });
    expect(error).toHaveProperty(
      'data.retry.ms',
      expect.toSatisfy((ms: number) => ms >= 15_000 && ms <= 16_500),
    );
  });

  it('an answer in another shape names the place and not the value', async () => {
    const { client } = await open({ 'GET /api/v1/conversations/c1/messages': { json: [{ id: 'm1' }, { text: 'lisa@example.com' }] } });
    await expect(client.readMessage('c1', 'm2')).rejects.toMatchObject({
      data: { code: 'unreadable_answer', hint: expect.stringContaining('"1.id"') },
    });
  });

  it('an unreadable answer to a post is ambiguous', async () => {
    const { client } = await open({ 'POST /api/v1/conversations/c1/messages': { status: 201, json: { success: true } } });
    await expect(client.postMessage({ conversationId: 'c1', text: 'x', private: false }, send)).rejects.toMatchObject({
      data: { code: 'unreadable_answer', ambiguous: true },
    });
  });
});

type Table = { readonly [route: string]: Reply | ((request: Taken) => Reply) };

async function open(table: Table, now: () => number = Date.now): Promise<{ client: HelpdeskClient; server: TestServer }> {
  const server = await serve(routes(table));
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: server.url,
    headers: () => deskwootHeaders(new Secret('dw_test')),
    explain: explainDeskwoot,
  });
  return {
    server,
    client: createDeskwootClient({ http, connection: 'helpdesk', account: 'acc_1', uiBaseUrl: 'https://desk.example/', now }),
  };
}

/** A conversation that keeps what is posted to it. */
async function openThread(): Promise<{ client: HelpdeskClient; kept: Record<string, unknown>[] }> {
  const kept: Record<string, unknown>[] = [];
  const post = (request: Taken): Reply => {
    const body: unknown = request.json;
    const fields = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body)) : {};
    const made = { ...message(`m${kept.length}`, String(fields['content']), 'u_bot'), private: fields['private'] };
    kept.push(made);
    return { status: 201, json: made };
  };
  const path = '/api/v1/conversations/c1/messages';
  const { client } = await open({ ...ME, [`GET ${path}`]: () => ({ json: kept }), [`POST ${path}`]: post });
  return { client, kept };
}

function message(id: string, content: string, userId: string): Record<string, unknown> {
  return {
    id,
    content,
    messageType: 'OUTGOING',
    private: false,
    createdAt: '2026-03-14T10:00:00Z',
    sender: { id: userId, name: 'X', type: 'user' },
    attachments: [],
  };
}
