import { describe, expect, it } from 'vitest';
import { createChatwootClient } from '../../../connectors/chatwoot/ports/helpdesk.ts';
import { toContactMark } from '../../../connectors/ports/contact-mark.ts';
import { chatwootHeaders, explainChatwoot } from '../../../connectors/chatwoot/call/access.ts';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { routes, serve } from '../../helpers/http-server.ts';
import type { HelpdeskClient } from '../../../connectors/ports/helpdesk.ts';
import type { Reply, Taken, TestServer } from '../../helpers/http-server.ts';

const A = '/api/v1/accounts/7';
const MARK = 'f3a1c0ffee';
const send = { mark: MARK, sendBy: Number.POSITIVE_INFINITY };
const KEYS = { mark: toContactMark({ connection: 'billing', id: 'cus_1' }), former: 'stripe:cus_1', email: 'lisa@example.com' };
const CONTACT = { ...KEYS, name: 'Lisa', phone: '+49 170 1234567', inboxId: '3' };
const DEFINED = { [`GET ${A}/custom_attribute_definitions`]: { json: [{ id: 1, attribute_key: 'billing_id' }] } };
const REFUSED_FILTER = { status: 422, json: { error: 'Invalid attribute key - [billing_id]' } };
const INBOXES = { [`GET ${A}/inboxes`]: { json: { payload: [{ id: 3, name: 'Billing', channel_type: 'Channel::Api' }] } } };
const CONVERSATION = {
  id: 42,
  uuid: 'u',
  account_id: 7,
  inbox_id: 3,
  status: 'resolved',
  priority: null,
  labels: ['vip'],
  custom_attributes: { deskbridge_key: MARK },
  additional_attributes: {},
  messages: [],
  meta: { sender: { id: 9, name: 'Lisa', email: 'lisa@example.com', thumbnail: '' }, assignee: null, channel: 'Channel::Api' },
  created_at: 1_700_000_000,
};

describe('Chatwoot', () => {
  it('reads a conversation with its mark, the inbox by name, and a link', async () => {
    const { client, server } = await open({ ...INBOXES, [`GET ${A}/conversations/42`]: { json: CONVERSATION } });
    expect(await client.readConversation('42')).toEqual({
      id: '42',
      status: 'resolved',
      inboxId: '3',
      inboxName: 'Billing',
      contact: { id: '9', name: 'Lisa', email: 'lisa@example.com' },
      labels: ['vip'],
      mark: MARK,
      url: 'https://desk.example/app/accounts/7/conversations/42',
    });
    expect(server.taken[0]?.headers['api_access_token']).toBe('cw_test');
  });

  it('reads one message alone, by its own id and the next', async () => {
    const wire = {
      id: 501,
      content: 'Hi',
      message_type: 0,
      private: false,
      content_attributes: {},
      created_at: 1_700_000_000,
      sender: { id: 9, name: 'Lisa', type: 'contact' },
      attachments: [{ id: 1, file_type: 'image', data_url: 'https://files.example/a/photo%20one.png' }],
    };
    const { client, server } = await open({ [`GET ${A}/conversations/42/messages`]: { json: { meta: {}, payload: [wire] } } });
    expect(await client.readMessage('42', '501')).toEqual({
      id: '501',
      conversationId: '42',
      direction: 'incoming',
      private: false,
      text: 'Hi',
      sender: { kind: 'contact', id: '9', name: 'Lisa' },
      attachments: [{ name: 'photo one.png', url: 'https://files.example/a/photo%20one.png' }],
      mark: null,
      createdAt: '2023-11-14T22:13:20.000Z',
    });
    expect(Object.fromEntries(server.taken[0]?.query ?? [])).toEqual({ after: '501', before: '502' });
  });

  it('takes its lists, some bare, some in payload', async () => {
    const { client } = await open({
      ...INBOXES,
      [`GET ${A}/agents`]: { json: [{ id: 5, name: 'Jan', email: 'jan@acme.example', role: 'agent' }] },
      [`GET ${A}/teams`]: { json: [{ id: 2, name: 'billing' }] },
      [`GET ${A}/labels`]: { json: { payload: [{ id: 1, title: 'vip' }] } },
    });
    expect(await client.inboxes()).toEqual([{ id: '3', name: 'Billing' }]);
    expect(await client.agents()).toEqual([{ id: '5', name: 'Jan', email: 'jan@acme.example' }]);
    expect(await client.teams()).toEqual([{ id: '2', name: 'billing' }]);
    expect(await client.labels()).toEqual([{ id: '1', name: 'vip' }]);
  });

  it('finds a contact by our mark, exactly', async () => {
    const lookalike = { id: 7, name: 'Other', custom_attributes: { billing_id: 'CUS_1' } };
    const lisa = { id: 9, name: 'Lisa', email: 'old@example.com', custom_attributes: { billing_id: 'cus_1', plan: 'gold' } };
    const { client, server } = await open({ [`POST ${A}/contacts/filter`]: { json: { meta: {}, payload: [lookalike, lisa] } } });
    expect(await client.findContact(KEYS)).toEqual({ id: '9', name: 'Lisa', email: 'old@example.com', marked: true });
    expect(server.taken.map(({ json }) => json)).toEqual([
      { payload: [{ attribute_key: 'billing_id', filter_operator: 'equal_to', values: ['cus_1'], query_operator: null }] },
    ]);
  });

  it.each([
    ['by the identifier that earlier versions used', 'identifier', { id: 8, identifier: 'stripe:cus_1' }, false],
    ['by e-mail', 'email', { id: 8, email: 'LISA@example.com' }, false],
    [
      'by e-mail, with the mark of another record',
      'email',
      { id: 8, email: 'lisa@example.com', custom_attributes: { billing_id: 'cus_9' } },
      true,
    ],
  ])('finds a contact without our mark %s, and says whether it may be marked', async (_how, attribute, contact, marked) => {
    const { client } = await open({
      [`POST ${A}/contacts/filter`]: (request: Taken) => ({ json: { payload: request.text.includes(`"${attribute}"`) ? [contact] : [] } }),
    });
    expect(await client.findContact(KEYS)).toMatchObject({ id: '8', marked });
  });

  it('looks for the identifier where no attribute is defined for our mark yet', async () => {
    const { client, server } = await open({
      [`POST ${A}/contacts/filter`]: (request: Taken) =>
        request.text.includes('billing_id') ? REFUSED_FILTER : { json: { payload: [{ id: 8, identifier: 'billing:cus_1' }] } },
    });
    expect(await client.findContact(KEYS)).toMatchObject({ id: '8' });
    expect(server.taken[1]?.text).toContain('"billing:cus_1"');
  });

  it("says that the token's user is not in the account", async () => {
    const { client } = await open({ 'GET /api/v1/profile': { json: { id: 1, accounts: [{ id: 8 }] } } });
    await expect(client.probe()).rejects.toMatchObject({ data: { code: 'forbidden', hint: expect.stringContaining('account 7') } });
  });
});

describe('writing to Chatwoot', () => {
  it('creates a contact with our mark, the phone number in the form it insists on', async () => {
    const { client, server } = await open({
      ...DEFINED,
      [`POST ${A}/contacts`]: {
        json: { payload: { contact: { id: 9, name: 'Lisa', email: 'lisa@example.com' }, contact_inbox: { source_id: 's' } } },
      },
    });
    expect(await client.createContact(CONTACT, send)).toEqual({ id: '9', name: 'Lisa', email: 'lisa@example.com' });
    expect(server.taken.at(-1)?.json).toEqual({
      inbox_id: 3,
      name: 'Lisa',
      email: 'lisa@example.com',
      phone_number: '+491701234567',
      custom_attributes: { billing_id: 'cus_1' },
    });
  });

  it('uses the identifier, which belongs to the website, only for a contact that has neither address nor number', async () => {
    const { client, server } = await open({ ...DEFINED, [`POST ${A}/contacts`]: { json: { payload: { contact: { id: 9 } } } } });
    await client.createContact({ ...CONTACT, email: null, phone: 'unknown' }, send);
    expect(server.taken.at(-1)?.json).toEqual({
      inbox_id: 3,
      name: 'Lisa',
      custom_attributes: { billing_id: 'cus_1' },
      identifier: 'billing:cus_1',
    });
  });

  it('defines the attribute of our mark before the first contact has it, and looks once more by it', async () => {
    const { client, server } = await open({
      [`GET ${A}/custom_attribute_definitions`]: { json: [{ id: 1, attribute_key: 'plan' }] },
      [`POST ${A}/custom_attribute_definitions`]: { json: { id: 2, attribute_key: 'billing_id' } },
      [`POST ${A}/contacts/filter`]: { json: { payload: [{ id: 8, custom_attributes: { billing_id: 'cus_1' } }] } },
    });
    expect(await client.createContact(CONTACT, send)).toMatchObject({ id: '8' });
    expect(server.taken[0]?.query.get('attribute_model')).toBe('1');
    expect(server.taken[1]?.json).toMatchObject({ attribute_key: 'billing_id', attribute_model: 1, attribute_display_type: 0 });
  });

  it.each([
    ['refuses the token', { status: 401, json: { error: 'You are not authorized to do this action' } }],
    ['was defined by another worker meanwhile', { status: 422, json: { message: 'taken', attributes: ['attribute_key'] } }],
  ])('creates the contact all the same where the definition %s', async (_why, reply) => {
    const { client, server } = await open({
      [`GET ${A}/custom_attribute_definitions`]: { json: [] },
      [`POST ${A}/custom_attribute_definitions`]: reply,
      [`POST ${A}/contacts`]: { json: { payload: { contact: { id: 9 } } } },
    });
    expect(await client.createContact(CONTACT, send)).toMatchObject({ id: '9' });
    expect(server.taken.at(-1)?.json).toMatchObject({ custom_attributes: { billing_id: 'cus_1' } });
  });

  it.each([
    ['that earlier versions marked', { identifier: 'stripe:cus_1', email: 'lisa@example.com' }, { identifier: null }],
    ['that the website knows', { identifier: 'user-7', email: 'lisa@example.com' }, {}],
    ['that only its identifier makes visible', { identifier: 'stripe:cus_1', email: null }, {}],
  ])('marks a contact %s', async (_which, contact, more) => {
    const { client, server } = await open({
      ...DEFINED,
      [`GET ${A}/contacts/9`]: { json: { payload: { id: 9, ...contact, custom_attributes: { plan: 'gold' } } } },
      [`PUT ${A}/contacts/9`]: { json: { payload: { id: 9 } } },
    });
    await client.markContact('9', KEYS, send);
    expect(server.taken.at(-1)).toMatchObject({ method: 'PUT', json: { custom_attributes: { billing_id: 'cus_1' }, ...more } });
    expect(Object.keys(Object(server.taken.at(-1)?.json))).toHaveLength(1 + Object.keys(more).length);
  });

  it.each([
    ['has the mark of another record', { json: { payload: { id: 9, custom_attributes: { billing_id: 'cus_9' } } } }],
    ['is gone', { status: 404, json: { error: 'Resource could not be found' } }],
  ])('leaves a contact alone that %s', async (_why, reply) => {
    const { client, server } = await open({ ...DEFINED, [`GET ${A}/contacts/9`]: reply });
    await client.markContact('9', KEYS, send);
    expect(server.taken.map(({ method }) => method)).toEqual(['GET']);
  });

  it('stops nothing where Chatwoot refuses the mark for good, and is tried again where it passes', async () => {
    let status = 422;
    const { client } = await open({
      ...DEFINED,
      [`GET ${A}/contacts/9`]: { json: { payload: { id: 9, custom_attributes: {} } } },
      [`PUT ${A}/contacts/9`]: () => ({ status, json: { message: 'Phone number should be in e164 format', attributes: ['phone_number'] } }),
    });
    await client.markContact('9', KEYS, send);
    status = 500;
    await expect(client.markContact('9', KEYS, send)).rejects.toMatchObject({ data: { code: 'unavailable' } });
  });

  it('takes the contact that exists where an attribute is taken', async () => {
    const { client } = await open({
      [`POST ${A}/contacts`]: { status: 422, json: { message: 'Email has already been taken', attributes: ['email'] } },
      [`POST ${A}/contacts/filter`]: (request: Taken) => ({
        json: { payload: request.text.includes('"email"') ? [{ id: 9, email: 'lisa@example.com' }] : [] },
      }),
    });
    expect(await client.createContact(CONTACT, send)).toMatchObject({ id: '9' });
  });

  it('never takes a phone number away from another contact: it is left out', async () => {
    const create = (request: Taken): Reply =>
      request.text.includes('phone_number')
        ? { status: 422, json: { message: 'taken', attributes: ['phone_number'] } }
        : { json: { payload: { contact: { id: 10 } } } };
    const { client } = await open({ [`POST ${A}/contacts`]: create, [`POST ${A}/contacts/filter`]: { json: { payload: [] } } });
    expect(await client.createContact(CONTACT, send)).toMatchObject({ id: '10' });
  });

  it('creates a conversation with its mark and without a message, and finds it again', async () => {
    const { client, server } = await open({
      ...INBOXES,
      [`POST ${A}/conversations`]: { json: CONVERSATION },
      [`GET ${A}/contacts/9/conversations`]: { json: { payload: [{ ...CONVERSATION, id: 41, inbox_id: 4 }, CONVERSATION] } },
    });
    await client.createConversation({ contactId: '9', inboxId: '3', assigneeId: '5', teamId: null, opening: 'Hello' }, send);
    expect(server.taken[0]?.json).toEqual({
      inbox_id: 3,
      contact_id: 9,
      status: 'open',
      custom_attributes: { deskbridge_key: MARK },
      assignee_id: 5,
    });
    expect(await client.conversationsOf('9', '3')).toMatchObject([{ id: '42', mark: MARK }]);
  });

  it('posts a message with its mark', async () => {
    const { client, server } = await open({
      [`POST ${A}/conversations/42/messages`]: {
        json: { id: 77, content: 'Hi', message_type: 1, private: true, content_attributes: { deskbridge_key: MARK } },
      },
    });
    expect(await client.postMessage({ conversationId: '42', text: 'Hi', private: true }, send)).toMatchObject({
      id: '77',
      direction: 'outgoing',
      private: true,
      mark: MARK,
    });
    expect(server.taken[0]?.json).toEqual({
      content: 'Hi',
      message_type: 'outgoing',
      private: true,
      content_type: 'text',
      content_attributes: { deskbridge_key: MARK },
    });
  });

  it('finds its message by the mark, page by page backwards', async () => {
    const { client, server } = await open({
      [`GET ${A}/conversations/42/messages`]: (request: Taken) => ({ json: { payload: thread(request, 3) } }),
    });
    expect(await client.findMessage('42', { mark: MARK, text: 'x', private: false })).toMatchObject({ id: '3' });
    expect(server.taken.map((one) => one.query.get('before'))).toEqual([null, '41', '21']);
    expect(await client.findMessage('42', { mark: 'another', text: 'x', private: false })).toBeNull();
  });

  it('reads no further back than the intent is old', async () => {
    const { client, server } = await open({
      [`GET ${A}/conversations/42/messages`]: (request: Taken) => ({ json: { payload: thread(request, 3) } }),
    });
    expect(await client.findMessage('42', { mark: MARK, text: 'x', private: false, sinceMs: 1_700_000_000_000 + 1_000_000 })).toBeNull();
    expect(server.taken).toHaveLength(1);
  });

  it('does not call a message absent that it could not look for far enough', async () => {
    const { client } = await open({
      [`GET ${A}/conversations/42/messages`]: (request: Taken) => ({ json: { payload: thread(request, 0, 10_000) } }),
    });
    await expect(client.findMessage('42', { mark: MARK, text: 'x', private: false })).rejects.toMatchObject({
      data: { code: 'unsupported', hint: expect.stringContaining('not certain') },
    });
  });

  it('adds a label beside the others, and writes nothing where it is there', async () => {
    const { client, server } = await open({
      [`GET ${A}/conversations/42/labels`]: { json: { payload: ['vip'] } },
      [`POST ${A}/conversations/42/labels`]: { json: { payload: [] } },
    });
    await client.addLabel('42', 'dunning', send);
    expect(server.taken.at(-1)?.json).toEqual({ labels: ['vip', 'dunning'] });
    await client.addLabel('42', 'vip', send);
    expect(server.taken.filter((one) => one.method === 'POST')).toHaveLength(1);
  });

  it.each<[string, (client: HelpdeskClient) => Promise<void>, string, unknown[]]>([
    ['the priority', (client) => client.setPriority('42', 'high', send), 'toggle_priority', [{ priority: 'high' }]],
    ['the status by name, for without one it flips', (client) => client.reopen('42', send), 'toggle_status', [{ status: 'open' }]],
    [
      'team and assignee each by itself, for together the team is lost',
      (client) => client.assign('42', { assigneeId: '5', teamId: '2' }, send),
      'assignments',
      [{ team_id: 2 }, { assignee_id: 5 }],
    ],
  ])('sets %s', async (_what, write, verb, bodies) => {
    const { client, server } = await open({ [`POST ${A}/conversations/42/${verb}`]: { status: 200, text: '' } });
    await write(client);
    expect(server.taken.map((one) => one.json)).toEqual(bodies);
  });
});

describe("a success of Chatwoot's that is none", () => {
  it.each([
    ['agent', { assigneeId: '5', teamId: null }],
    ['team', { assigneeId: null, teamId: '2' }],
  ])('is seen: an %s that is gone is taken for nobody', async (whom, to) => {
    const { client } = await open({ [`POST ${A}/conversations/42/assignments`]: { json: null } });
    await expect(client.assign('42', to, send)).rejects.toMatchObject({
      data: { code: 'not_found', hint: expect.stringContaining(`the ${whom} does not exist any more`) },
    });
  });

  it('is seen: a conversation that was not opened again', async () => {
    const { client } = await open({ [`POST ${A}/conversations/42/toggle_status`]: { json: { payload: { success: false } } } });
    await expect(client.reopen('42', send)).rejects.toMatchObject({ data: { code: 'conflict', retry: { kind: 'backoff' } } });
  });

  it("is seen: a new conversation that is the contact's last one, resolved, which is opened again", async () => {
    const { client, server } = await open({
      ...INBOXES,
      [`POST ${A}/conversations`]: { json: { ...CONVERSATION, custom_attributes: {} } },
      [`POST ${A}/conversations/42/toggle_status`]: { json: { payload: { success: true } } },
    });
    const input = { contactId: '9', inboxId: '3', assigneeId: null, teamId: null, opening: 'Hello' };
    expect(await client.createConversation(input, send)).toMatchObject({ id: '42', status: 'open' });
    expect(server.taken.at(-1)).toMatchObject({ path: `${A}/conversations/42/toggle_status`, json: { status: 'open' } });
  });
});

describe('Chatwoot refuses:', () => {
  it.each<[number, unknown, string, string]>([
    [401, { error: 'Invalid Access Token' }, 'unauthorized', 'reauth'],
    [401, { errors: ['You need to sign in or sign up before continuing.'] }, 'unauthorized', 'reauth'],
    [401, { error: 'You are not authorized to do this action' }, 'forbidden', 'never'],
    [401, { error: 'Access to this endpoint is not authorized for bots' }, 'forbidden', 'never'],
    [401, { error: 'Account is suspended' }, 'forbidden', 'never'],
    [401, { error: 'Come back after the move' }, 'forbidden', 'backoff'],
    [422, { error: 'Too many messages' }, 'throttled', 'after'],
    [422, { error: 'Incoming messages are only allowed in Api inboxes' }, 'invalid', 'never'],
  ])('%i %j is %s, retry %s', async (status, json, code, kind) => {
    const { client } = await open({ [`POST ${A}/conversations/42/messages`]: { status, json } });
    await expect(client.postMessage({ conversationId: '42', text: 'x', private: false }, send)).rejects.toMatchObject({
      data: { code, retry: { kind }, ambiguous: false },
    });
  });

  it('a 422 to a message that says nothing known may pass, and may have been carried out', async () => {
    const { client } = await open({ [`POST ${A}/conversations/42/messages`]: { status: 422, json: { error: 'connection reset' } } });
    await expect(client.postMessage({ conversationId: '42', text: 'x', private: false }, send)).rejects.toMatchObject({
      data: { code: 'invalid', retry: { kind: 'backoff' }, ambiguous: true },
    });
  });

  it('too many requests come as text without a delay: the window ends at the full minute', async () => {
    const { client } = await open({
      'GET /api/v1/profile': { status: 429, text: 'Retry later\n', headers: { date: 'Sat, 21 Nov 2026 10:00:20 GMT' } },
    });
    const error = await client.probe().catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty(
      'data.retry.ms',
      expect.toSatisfy((ms: number) => ms >= 40_000 && ms <= 44_000),
    );
  });

  it('a crash page after a write is ambiguous', async () => {
    const { client } = await open({ [`POST ${A}/contacts`]: { status: 500, text: '<html>', headers: { 'content-type': 'text/html' } } });
    await expect(client.createContact(CONTACT, send)).rejects.toMatchObject({ data: { code: 'unavailable', ambiguous: true } });
  });
});

type Table = { readonly [route: string]: Reply | ((request: Taken) => Reply) };

async function open(table: Table): Promise<{ client: HelpdeskClient; server: TestServer }> {
  const server = await serve(routes(table));
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: server.url,
    headers: () => chatwootHeaders(new Secret('cw_test')),
    explain: explainChatwoot,
  });
  return { server, client: createChatwootClient({ http, connection: 'helpdesk', account: '7', uiBaseUrl: 'https://desk.example' }) };
}

/** Messages 1 to `last`, a minute apart; the page of 20 before the id asked for. */
function thread(request: Taken, markedId: number, last = 60): unknown[] {
  const before = Number(request.query.get('before') ?? last + 1);
  const ids = Array.from({ length: 20 }, (_none, index) => before - 20 + index).filter((id) => id > 0);
  return ids.map((id) => ({
    id,
    content: 'x',
    message_type: 1,
    private: false,
    content_attributes: id === markedId ? { deskbridge_key: MARK } : {},
    created_at: 1_700_000_000 + id * 60 - 3_600,
  }));
}
