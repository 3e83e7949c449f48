import { describe, expect, it } from 'vitest';
import { chatwootHeaders, explainChatwoot } from '../../../connectors/chatwoot/call/access.ts';
import { createChatwootClient } from '../../../connectors/chatwoot/ports/helpdesk.ts';
import { deskwootHeaders, explainDeskwoot } from '../../../connectors/deskwoot/call/access.ts';
import { createDeskwootClient } from '../../../connectors/deskwoot/ports/helpdesk.ts';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { slackHeaders } from '../../../connectors/slack/call/access.ts';
import { createSlackClient } from '../../../connectors/slack/ports/chat.ts';
import { routes, serve } from '../../helpers/http-server.ts';
import type { LeftOut } from '../../../connectors/call/caller.ts';
import type { HelpdeskClient } from '../../../connectors/ports/helpdesk.ts';
import type { Reply } from '../../helpers/http-server.ts';

const A = '/api/v1/accounts/7';
const D = '/api/v1/accounts/acc_1';
const MARK = 'f3a1c0ffee';
const ODD = { odd: { answer: 42 } };
const unreadable = { data: { code: 'unreadable_answer' } };
const INBOXES = { [`GET ${A}/inboxes`]: { json: { payload: [] } } };
const ME = { 'GET /api/v1/me': { json: { user: { id: 'u1' }, scopes: ['read', null, 'write'], accountIds: [null] } } };

interface Opened {
  readonly client: HelpdeskClient;
  readonly left: LeftOut[];
}
type Table = { readonly [route: string]: Reply };

async function chatwoot(table: Table): Promise<Opened> {
  const server = await serve(routes({ ...INBOXES, ...table }));
  const left: LeftOut[] = [];
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: server.url,
    headers: () => chatwootHeaders(new Secret('t')),
    explain: explainChatwoot,
  });
  const onLeftOut = (one: LeftOut): void => void left.push(one);
  return {
    left,
    client: createChatwootClient({ http, connection: 'helpdesk', account: '7', uiBaseUrl: 'https://desk.example', onLeftOut }),
  };
}

async function deskwoot(table: Table): Promise<Opened> {
  const server = await serve(routes({ ...ME, [`GET ${D}/conversations`]: { json: [] }, ...table }));
  const left: LeftOut[] = [];
  const http = createHttpClient({
    connection: 'helpdesk',
    baseUrl: server.url,
    headers: () => deskwootHeaders(new Secret('t')),
    explain: explainDeskwoot,
  });
  const onLeftOut = (one: LeftOut): void => void left.push(one);
  const options = { http, connection: 'helpdesk', account: 'acc_1', uiBaseUrl: 'https://desk.example', onLeftOut };
  return { left, client: createDeskwootClient(options) };
}

describe('an odd record in a list', () => {
  it.each<[string, (table: Table) => Promise<Opened>, string, unknown, (client: HelpdeskClient) => Promise<unknown>, unknown]>([
    ['inboxes', chatwoot, `${A}/inboxes`, { id: 3, name: 'Billing' }, (c) => c.inboxes(), [{ id: '3', name: 'Billing' }]],
    ['agents', chatwoot, `${A}/agents`, { id: 5, name: 'Jan' }, (c) => c.agents(), [{ id: '5', name: 'Jan' }]],
    ['teams', chatwoot, `${A}/teams`, { id: 6, name: 'billing' }, (c) => c.teams(), [{ id: '6', name: 'billing' }]],
    ['labels', chatwoot, `${A}/labels`, { id: 1, title: 'vip' }, (c) => c.labels(), [{ id: '1', name: 'vip' }]],
    ['inboxes', deskwoot, `${D}/inboxes`, { id: 'i1', name: 'Billing' }, (c) => c.inboxes(), [{ id: 'i1', name: 'Billing' }]],
    ['agents', deskwoot, `${D}/agents`, { user: { id: 'u1', name: 'Jan' } }, (c) => c.agents(), [{ id: 'u1', name: 'Jan' }]],
    ['labels', deskwoot, `${D}/labels`, { id: 'l1', title: 'vip' }, (c) => c.labels(), [{ id: 'l1', name: 'vip' }]],
  ])('of %s is left out and reported, and the others are there (%#)', async (_what, open, path, good, read, expected) => {
    const { client, left } = await open({ [`GET ${path}`]: { json: [null, good, ODD] } });
    expect(await read(client)).toEqual(expected);
    expect(left).toEqual([
      { connection: 'helpdesk', operation: expect.stringContaining('GET /'), count: 2, at: expect.stringMatching(/^0/) },
    ]);
    expect(JSON.stringify(left)).not.toContain('42');
  });

  it.each<[string, (table: Table) => Promise<Opened>, string]>([
    ['Chatwoot', chatwoot, `GET ${A}/conversations/42/messages`],
    ['Deskwoot', deskwoot, 'GET /api/v1/conversations/42/messages'],
  ])('costs the messages beside it nothing, and is unreadable by itself: %s', async (_name, open, route) => {
    const json = [{ id: 1, content: 'a' }, { id: 2, content: { not: 'text' } }, null, { id: 3, content: 'c' }];
    const { client } = await open({ [route]: { json } });
    expect([await client.readMessage('42', '1'), await client.readMessage('42', '3')]).toMatchObject([{ text: 'a' }, { text: 'c' }]);
    await expect(client.readMessage('42', '2')).rejects.toMatchObject(unreadable);
    expect(await client.readMessage('42', '4')).toBeNull();
  });

  it.each<[string, (table: Table) => Promise<Opened>, string]>([
    ['Chatwoot', chatwoot, `GET ${A}/conversations/42/messages`],
    ['Deskwoot', deskwoot, 'GET /api/v1/conversations/42/messages'],
  ])('that may be the message sought is not "not there": %s', async (_name, open, route) => {
    const { client } = await open({ [route]: { json: [{ content: 'whose?' }] } });
    await expect(client.readMessage('42', '1')).rejects.toMatchObject(unreadable);
  });

  it.each<[string, (table: Table) => Promise<Opened>, string]>([
    ['Chatwoot', chatwoot, `GET ${A}/conversations/42/messages`],
    ['Deskwoot', deskwoot, 'GET /api/v1/conversations/42/messages'],
  ])('costs a message only the attachment that it is: %s', async (_name, open, route) => {
    const attachments = [null, { url: 'https://files.example/a.png', data_url: 'https://files.example/a.png', fileName: 'a.png' }, 7];
    const { client } = await open({ [route]: { json: [{ id: 1, content: 'a', attachments }] } });
    expect((await client.readMessage('42', '1'))?.attachments).toEqual([
      { kind: 'unsupported', name: 'unknown', url: null },
      { name: 'a.png', url: 'https://files.example/a.png' },
      { kind: 'unsupported', name: 'unknown', url: null },
    ]);
  });

  it('that may be our own message is not sent a second time', async () => {
    const marked = { id: 'odd', content: ['x'], content_attributes: { deskbridge_key: MARK } };
    const sought = { mark: MARK, text: 'x', private: false };
    const { client } = await chatwoot({ [`GET ${A}/conversations/42/messages`]: { json: { payload: [{ id: 1 }, marked] } } });
    await expect(client.findMessage('42', sought)).rejects.toMatchObject(unreadable);
    expect(await client.findMessage('42', { ...sought, mark: 'another' })).toBeNull();
  });

  it('that may be the contact sought is not created a second time; others do not matter', async () => {
    const contact = { id: null, identifier: 'stripe:cus_1', email: 'lisa@example.com' };
    const by = { mark: null, former: 'stripe:cus_1', email: 'lisa@example.com' };
    const ours = await chatwoot({ [`POST ${A}/contacts/filter`]: { json: { payload: [contact] } } });
    await expect(ours.client.findContact(by)).rejects.toMatchObject(unreadable);
    expect(await ours.client.findContact({ mark: null, former: 'stripe:cus_2', email: null })).toBeNull();
    const theirs = await deskwoot({ [`GET ${D}/contacts`]: { json: { contacts: [contact] } } });
    await expect(theirs.client.findContact(by)).rejects.toMatchObject(unreadable);
    expect(await theirs.client.findContact({ ...by, email: 'jan@example.com' })).toBeNull();
  });

  it('that may be a conversation to use again stops its contact, and no other', async () => {
    const good = { id: 41, inbox_id: 3, status: 'open', labels: ['vip', null], meta: 'odd' };
    const route = `GET ${A}/contacts/9/conversations`;
    const { client } = await chatwoot({ [route]: { json: { payload: [null, good, { id: null, inbox_id: 4 }] } } });
    expect(await client.conversationsOf('9', '3')).toMatchObject([{ id: '41', labels: ['vip'], contact: null }]);
    await expect(client.conversationsOf('9', '4')).rejects.toMatchObject(unreadable);

    const listed = [{ id: 'c1', contactId: 'p1', inboxId: 'i1' }, { id: null, contactId: 'p2', inboxId: 'i1' }, null];
    const { client: other } = await deskwoot({ [`GET ${D}/conversations`]: { json: listed } });
    expect(await other.conversationsOf('p1', 'i1')).toMatchObject([{ id: 'c1' }]);
    await expect(other.conversationsOf('p2', 'i1')).rejects.toMatchObject(unreadable);
  });

  it('is not left out of labels that are written back whole, for that would remove it', async () => {
    const { client } = await chatwoot({ [`GET ${A}/conversations/42/labels`]: { json: { payload: ['vip', { title: 'odd' }] } } });
    await expect(client.addLabel('42', 'dunning', { mark: MARK, sendBy: Number.POSITIVE_INFINITY })).rejects.toMatchObject(unreadable);
  });

  it('of accounts or scopes does not make a token look useless', async () => {
    const { client } = await chatwoot({ 'GET /api/v1/profile': { json: { id: 1, accounts: [{ id: 7 }, null] } } });
    expect(await client.probe()).toEqual({ userId: '1' });
    const { client: other } = await deskwoot({});
    expect(await other.abilities()).toMatchObject({ createContact: true, createConversation: true });
  });

  it('of Slack costs the messages beside it nothing, unless it carries the mark that is sought', async () => {
    const metadata = { event_type: 'deskbridge_message', event_payload: { key: MARK } };
    const messages = [null, { ts: 7, metadata }, { ts: '2.0', metadata: { ...metadata, event_payload: { key: 'other' } } }];
    const server = await serve(() => ({ json: { ok: true, messages } }));
    const http = createHttpClient({ connection: 'team', baseUrl: server.url, headers: () => slackHeaders(new Secret('t')) });
    const left: LeftOut[] = [];
    const client = createSlackClient({ http, connection: 'team', onLeftOut: (one) => void left.push(one) });
    const sought = { channel: 'C1', thread: null, sinceMs: 0 };
    expect(await client.find({ ...sought, mark: 'other' })).toEqual({ ts: '2.0', threaded: false });
    expect(await client.find({ ...sought, mark: 'none' })).toBeNull();
    await expect(client.find({ ...sought, mark: MARK })).rejects.toMatchObject(unreadable);
    expect(left[0]).toMatchObject({ connection: 'team', count: 2, at: '0' });
  });
});
