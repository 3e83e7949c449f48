import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secret.ts';
import { openInbound } from '../../fixtures/open-inbound.ts';
import { rawRequest, withHeaders } from '../../fixtures/raw-request.ts';
import { signDeskwoot } from '../../fixtures/signers.ts';
import type { InboundEvent, Reading } from '../../../connectors/connector.ts';

const MESSAGE = {
  id: 'clx5',
  conversationId: 'conv_1',
  messageType: 'OUTGOING',
  private: true,
  content: 'Sure, jane@example.com',
  sender: { id: 'usr_1', name: 'Jan', type: 'user' },
};
const CONVERSATION = {
  id: 'conv_1',
  status: 'OPEN',
  inboxId: 'inb_1',
  contactId: 'con_1',
  inbox: { id: 'inb_1', name: 'Live Chat' },
  contact: { id: 'con_1', email: 'lisa@example.com' },
};
const inbound = openInbound('deskwoot', {
  type: 'deskwoot',
  account: 'acc_1',
  token: new Secret('t'),
  webhookSecret: new Secret('whsec_s'),
});

function read(body: object): Reading {
  const text = JSON.stringify(body);
  return inbound.read(rawRequest(signDeskwoot('whsec_s', text), text));
}

function event(body: object): InboundEvent {
  const reading = read(body);
  if (reading.kind !== 'events' || reading.events[0] === undefined) throw new Error(reading.kind);
  return reading.events[0];
}

describe('Deskwoot events', () => {
  it.each([
    ['{event, data}', { event: 'message.created', data: MESSAGE }],
    ['{type, payload}', { type: 'message.created', payload: MESSAGE }],
    ['{event, data: {message}}', { event: 'message.created', data: { message: MESSAGE } }],
    ['{event, message}', { event: 'message.created', id: 'delivery_1', message: MESSAGE }],
    ['the record beside the name', { event: 'message.created', ...MESSAGE }],
    ['an underscore and capitals in the name', { event: 'MESSAGE_CREATED', data: MESSAGE }],
    [
      'the conversation beside the message',
      { event: 'message.created', data: { message: { ...MESSAGE, conversationId: undefined }, conversation: { id: 'conv_1' } } },
    ],
    [
      'the conversation in the message',
      { event: 'message.created', data: { ...MESSAGE, conversationId: undefined, conversation: { id: 'conv_1' } } },
    ],
  ])('finds name and ids in the envelope %s', (_name, body) => {
    expect(event(body)).toMatchObject({
      topic: 'message.created',
      record: 'conversation:conv_1',
      facts: {
        'conversation.id': 'conv_1',
        'message.id': 'clx5',
        'message.direction': 'outgoing',
        'message.private': true,
        'sender.kind': 'agent',
        'sender.id': 'usr_1',
      },
    });
  });

  it("gives a conversation's facts in the words that both helpdesks share", () => {
    expect(event({ event: 'conversation.updated', data: CONVERSATION })).toMatchObject({
      topic: 'conversation.updated',
      record: 'conversation:conv_1',
    });
    expect(event({ event: 'conversation.updated', data: CONVERSATION }).facts).toEqual({
      'conversation.id': 'conv_1',
      'conversation.status': 'open',
      'inbox.id': 'inb_1',
      'inbox.name': 'Live Chat',
      'contact.id': 'con_1',
    });
  });

  it('leaves out what the undocumented payload does not tell', () => {
    expect(event({ event: 'message.created', data: { id: 'clx5', conversationId: 'conv_1' } }).facts).toEqual({
      'conversation.id': 'conv_1',
      'message.id': 'clx5',
    });
    expect(event({ event: 'contact.created', data: { id: 'con_1' } })).toMatchObject({
      record: 'contact:con_1',
      facts: { 'contact.id': 'con_1' },
    });
  });

  it('tells events apart by name, record and body', () => {
    const keys = [
      event({ event: 'message.created', data: MESSAGE }),
      event({ event: 'message.created', data: { ...MESSAGE, content: 'x' } }),
      event({ event: 'conversation.updated', data: MESSAGE }),
    ];
    expect(new Set(keys.map((each) => each.dedupeKey)).size).toBe(3);
  });

  it("refuses another account's event as foreign", () => {
    expect(read({ event: 'message.created', accountId: 'acc_2', data: MESSAGE }).kind).toBe('foreign');
    expect(read({ event: 'message.created', data: { ...MESSAGE, accountId: 'acc_2' } }).kind).toBe('foreign');
    expect(read({ event: 'message.created', accountId: 'acc_1', data: MESSAGE }).kind).toBe('events');
  });

  it('takes the documented plain hex, and the forms it might change to', () => {
    const body = '{"event":"x"}';
    const signed = rawRequest(signDeskwoot('whsec_s', body), body);
    const hex = signed.headers.get('x-deskwoot-signature')?.[0] ?? '';
    const forms = [hex, `sha256=${hex}`, Buffer.from(hex, 'hex').toString('base64'), hex.toUpperCase(), `sha1=${hex}`, hex.slice(1)];
    expect(forms.map((form) => inbound.verify(withHeaders(signed, { 'x-deskwoot-signature': form }), 0).ok)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
