import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest, withHeaders } from '../../fixtures/raw-request.ts';
import { signChatwoot } from '../../fixtures/signers.ts';
import type { InboundEvent, RawRequest, Reading } from '../../../connectors/connector.ts';

const SETTINGS = {
  type: 'chatwoot',
  baseUrl: 'https://chat.example.com',
  account: 3,
  token: new Secret('t'),
  webhookSecret: new Secret('s'),
};
const PATH_TOKEN = 'n0b0dy-guesses-this-path-token';
const MESSAGE = {
  event: 'message_created',
  id: 5,
  content: 'my address is jane@example.com',
  message_type: 'incoming',
  private: false,
  content_attributes: {},
  account: { id: 3, name: 'Acme' },
  inbox: { id: 9, name: 'Web' },
  sender: { id: 12, name: 'Jane', email: 'jane@example.com' },
  conversation: { id: 77, inbox_id: 9, status: 'open', contact_inbox: { contact_id: 12, pubsub_token: 'p' }, custom_attributes: {} },
};
const CONVERSATION = {
  event: 'conversation_created',
  id: 77,
  inbox_id: 9,
  status: 'pending',
  contact_inbox: { contact_id: 12 },
  custom_attributes: { deskbridge_key: 'mark_1' },
};

const inbound = openInbound('chatwoot', SETTINGS);

function request(body: object): RawRequest {
  const text = JSON.stringify(body);
  return rawRequest(signChatwoot('s', text, 1_700_000_000), text);
}

function read(body: object): Reading {
  return inbound.read(request(body));
}

function event(body: object, headers: { readonly [name: string]: string } = {}): InboundEvent {
  const reading = inbound.read(withHeaders(request(body), headers));
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(reading.kind);
  return reading.events[0];
}

describe('Chatwoot events', () => {
  it("gives a message's facts, without its text or the sender's address", () => {
    expect(event(MESSAGE)).toMatchObject({ topic: 'message.created', record: 'conversation:77' });
    expect(event(MESSAGE).facts).toEqual({
      'conversation.id': '77',
      'conversation.status': 'open',
      'conversation.mark': null,
      'inbox.id': '9',
      'inbox.name': 'Web',
      'contact.id': '12',
      'message.id': '5',
      'message.direction': 'incoming',
      'message.private': false,
      'message.mark': null,
      'message.deleted': false,
      'sender.kind': 'contact',
      'sender.id': '12',
    });
  });

  it.each([
    ['incoming', 'incoming'],
    ['outgoing', 'outgoing'],
    ['template', 'template'],
    [0, 'incoming'],
    [1, 'outgoing'],
    [2, 'other'],
    [3, 'template'],
    [null, 'other'],
  ])('reads the message type %j as %s', (type, direction) => {
    expect(event({ ...MESSAGE, message_type: type }).facts['message.direction']).toBe(direction);
  });

  it.each([
    [{ id: 1, type: 'user' }, 'agent', '1'],
    [{ id: 2, type: 'agent_bot' }, 'bot', '2'],
    [{ type: 'captain_assistant' }, 'bot', undefined],
    [{ id: 12 }, 'contact', '12'],
    [null, 'unknown', undefined],
    ['odd', 'unknown', undefined],
  ])('knows the sender %j as %s', (sender, kind, id) => {
    const { facts } = event({ ...MESSAGE, sender });
    expect([facts['sender.kind'], facts['sender.id']]).toEqual([kind, id]);
  });

  it('knows a template, which has no sender, as the bot that speaks', () => {
    expect(event({ ...MESSAGE, message_type: 'template', sender: null }).facts['sender.kind']).toBe('bot');
  });

  it('shows our mark on messages and conversations, and deletions', () => {
    const { facts } = event({ ...MESSAGE, content_attributes: { deskbridge_key: 'mark_2', deleted: true } });
    expect([facts['message.mark'], facts['message.deleted']]).toEqual(['mark_2', true]);
    expect(event(CONVERSATION)).toMatchObject({
      record: 'conversation:77',
      facts: { 'conversation.mark': 'mark_1', 'conversation.status': 'pending', 'contact.id': '12' },
    });
  });

  it.each([
    ['conversation_updated', 'conversation.updated'],
    ['conversation_status_changed', 'conversation.status_changed'],
    ['contact_updated', 'contact.updated'],
    ['inbox_created', 'inbox.created'],
    ['automation_event.message_created', 'automation_event.message_created'],
  ])('spells %s as %s', (name, topic) => {
    expect(event({ ...CONVERSATION, event: name }).topic).toBe(topic);
  });

  it('takes copies of a created message for one, whatever their delivery id and late-built body', () => {
    const copy = event({ ...MESSAGE, content: 'edited meanwhile' }, { 'x-chatwoot-delivery': 'another' });
    expect(copy.dedupeKey).toBe(event(MESSAGE).dedupeKey);
  });

  it('takes two updates of one message for two, and a copy of one for one', () => {
    const update = { ...MESSAGE, event: 'message_updated' };
    expect(event(update, { 'x-chatwoot-delivery': 'another' }).dedupeKey).toBe(event(update).dedupeKey);
    expect(event({ ...update, content: 'changed' }).dedupeKey).not.toBe(event(update).dedupeKey);
  });

  it.each(['conversation_status_changed', 'conversation_opened', 'conversation_resolved'])(
    'takes %s for an event, which may happen again: another delivery with an equal body is another one, a copy is not',
    (name) => {
      const change = { ...CONVERSATION, event: name };
      expect(event(change, { 'x-chatwoot-delivery': 'another' }).dedupeKey).not.toBe(event(change).dedupeKey);
      expect(event(change).dedupeKey).toBe(event(change).dedupeKey);
    },
  );

  it('keeps equal typing events apart by their delivery', () => {
    const typing = { event: 'conversation_typing_on', conversation: { id: 77 }, user: { id: 1 } };
    expect(event(typing, { 'x-chatwoot-delivery': 'another' }).dedupeKey).not.toBe(event(typing).dedupeKey);
  });

  it("refuses another account's event as foreign, and fills in the account where the event has none", () => {
    expect(read({ ...MESSAGE, account: { id: 4 } })).toEqual({
      kind: 'foreign',
      problem: 'the event is of account 4, the connection of account 3',
    });
    expect(event({ ...MESSAGE, account: undefined }).dedupeKey).toBe(event(MESSAGE).dedupeKey);
  });
});

describe('Chatwoot connections', () => {
  it.each([
    ['account', 503],
    ['api-inbox', 503],
    ['agent-bot', 500],
  ])('tells a sender of kind %s to try again with %d', (kind, unavailable) => {
    expect(openInbound('chatwoot', { ...SETTINGS, kind }).sender).toMatchObject({ retries: false, unavailable });
  });

  it('accepts unsigned requests only where that is allowed by name, and only on the unguessable path', () => {
    const unsigned = openInbound('chatwoot', {
      ...SETTINGS,
      webhookSecret: undefined,
      unsigned: 'account-webhook-before-4.11.2',
      pathToken: new Secret(PATH_TOKEN),
    });
    const at = (token: string) => unsigned.verify(rawRequest({ 'content-type': 'application/json', ':path-token': token }, '{}'), 0);
    expect(unsigned.refusal()).toBeNull();
    expect(unsigned.warnings()).toHaveLength(1);
    expect([at(PATH_TOKEN), at(`${PATH_TOKEN}x`), at('')]).toEqual([
      { ok: true, secretIndex: null },
      { ok: false, reason: 'token_mismatch' },
      { ok: false, reason: 'token_mismatch' },
    ]);
    expect(inbound.verify(rawRequest({ ':path-token': PATH_TOKEN }, '{}'), 0).ok).toBe(false);
  });

  it.each([
    [
      'a short path token',
      { webhookSecret: undefined, unsigned: 'bot-or-inbox-before-4.13', pathToken: new Secret('short') },
      /at least 24/,
    ],
    ['no path token', { webhookSecret: undefined, unsigned: 'bot-or-inbox-before-4.13' }, /pathToken/],
    ['a secret beside unsigned', { unsigned: 'bot-or-inbox-before-4.13', pathToken: new Secret(PATH_TOKEN) }, /exclude each other/],
    ['a path token without unsigned', { pathToken: new Secret(PATH_TOKEN) }, /remove it/],
  ])('refuses to start with %s', (_name, changes, problem) => {
    expect(openInbound('chatwoot', { ...SETTINGS, ...changes }).refusal()).toMatch(problem);
  });
});
