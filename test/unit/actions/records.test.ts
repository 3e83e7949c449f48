import { describe, expect, it } from 'vitest';
import { createActions } from '../../../activities/actions/index.ts';
import { SINCE_MS, contextOf, conversation, createHelpdesk, createWorld, failureOf, message } from './world.ts';

const customer = {
  connection: 'helpdesk',
  externalId: 'stripe:cus_1',
  record: { connection: 'billing', id: 'cus_1' },
  name: 'Ada',
  email: 'ada@example.com',
  phone: '+31',
  inbox: 'Billing',
};
const MARK = { attribute: 'billing_id', id: 'cus_1', identifier: 'billing:cus_1' };
const wanted = {
  connection: 'helpdesk',
  contactId: '9',
  inbox: 'Billing',
  reuse: 'open',
  opening: 'Hello',
  assignee: null,
  team: null,
} as const;

describe('ensureContact', () => {
  it('uses the contact that is there, without a write', async () => {
    const world = createWorld();
    world.contacts = [{ id: '9', name: 'Ada', email: null, marked: true, known: ['billing:cus_1'] }];
    expect(await createActions().ensureContact(contextOf(world), customer)).toMatchObject({ id: '9' });
    expect(world.asked).toEqual([]);
  });

  it.each([
    ['by hand, known by its e-mail address', 'ada@example.com'],
    ['by an earlier version, known by what that left', 'stripe:cus_1'],
  ])('brings over a contact that was made %s', async (_made, key) => {
    const world = createWorld();
    world.contacts = [{ id: '9', name: 'Ada', email: null, marked: false, known: [key] }];
    expect(await createActions().ensureContact(contextOf(world), customer)).toEqual({ id: '9', name: 'Ada', email: null });
    expect(world.asked).toMatchObject([{ class: 'natural', kind: 'mark', target: 'contact:9/billing_id', part: 'mark', remoteId: '9' }]);
    expect(world.log).toEqual(['markContact 9 billing_id=cus_1 for stripe:cus_1']);
  });

  it('brings a contact over once where the helpdesk does not show marks', async () => {
    const world = createWorld();
    world.contacts = [{ id: '9', name: 'Ada', email: null, marked: null, known: ['ada@example.com'] }];
    await createActions().ensureContact(contextOf(world), customer);
    await createActions().ensureContact(contextOf(world), customer);
    expect(world.log).toEqual(['markContact 9 billing_id=cus_1 for stripe:cus_1']);
  });

  it('finds what an older version asks for, and marks nothing: that run names no record', async () => {
    const world = createWorld();
    world.contacts = [{ id: '9', name: 'Ada', email: null, marked: false, known: ['stripe:cus_1'] }];
    const { record: _, ...older } = customer;
    expect(await createActions().ensureContact(contextOf(world), older)).toMatchObject({ id: '9' });
    expect(world.asked).toEqual([]);
  });

  it('creates the contact in the inbox by one effect, with its mark', async () => {
    const world = createWorld();
    expect(await createActions().ensureContact(contextOf(world), customer)).toEqual({ id: '10', name: 'Ada', email: 'ada@example.com' });
    const values = { externalId: 'stripe:cus_1', name: 'Ada', email: 'ada@example.com', phone: '+31', inboxId: '3' };
    expect(world.asked).toEqual([
      { class: 'marked', kind: 'contact', target: 'contact:stripe:cus_1', part: null, values, text: null, remoteId: '10' },
    ]);
    const sent = { mark: MARK, former: 'stripe:cus_1', email: 'ada@example.com', name: 'Ada', phone: '+31', inboxId: '3' };
    expect(world.log.at(-1)).toBe(`createContact ${JSON.stringify(sent)} mark-1`);
  });

  it('after a crash takes the contact that an earlier attempt created', async () => {
    const world = createWorld();
    world.ledger = 'find';
    let looks = 0;
    const made = { id: '11', name: 'Ada', email: null, marked: true };
    const client = { ...createHelpdesk(world), findContact: async () => (looks++ === 0 ? null : made) };
    expect(await createActions().ensureContact(contextOf(world, client), customer)).toEqual({
      id: '11',
      name: 'Ada',
      email: 'ada@example.com',
    });
  });

  it('finds and creates by the address alone, without a mark, where there is no record', async () => {
    const world = createWorld();
    const nobody = { ...customer, externalId: null, record: null };
    await createActions().ensureContact(contextOf(world), nobody);
    expect(world.asked).toMatchObject([{ kind: 'contact', target: 'contact:by-address', remoteId: '10' }]);
    expect(world.log.at(-1)).toContain('"mark":null,"former":null,"email":"ada@example.com"');
    world.contacts = [{ id: '9', name: 'Ada', email: null, marked: true, known: ['ada@example.com'] }];
    expect(await createActions().ensureContact(contextOf(world), nobody)).toMatchObject({ id: '9' });
  });

  it('asks a person where there is neither a record nor an address', async () => {
    const world = createWorld();
    const nobody = { ...customer, externalId: null, record: null, email: null };
    expect(await failureOf(createActions().ensureContact(contextOf(world), nobody))).toMatchObject({
      code: 'no_customer',
      kind: 'attention',
      hint: expect.stringContaining('edit'),
    });
    expect(world.log).toEqual([]);
  });

  it('keeps no personal data in the ledger', async () => {
    const world = createWorld();
    await createActions().ensureContact(contextOf(world), customer);
    expect([...world.settled.values()]).toEqual([{ id: '10', event: 'billing:e1' }]);
  });

  it('says what is missing where the token cannot create contacts', async () => {
    const world = createWorld();
    world.abilities = { ...world.abilities, createContact: false };
    expect(await failureOf(createActions().ensureContact(contextOf(world), customer))).toEqual({
      code: 'missing_ability',
      kind: 'attention',
      message:
        'The customer is no contact of helpdesk yet, and its token cannot create contacts: the server refused or does not know that call when it was probed.',
      hint: "Create the contact in the helpdesk with the customer's e-mail address, or give helpdesk a token that may create contacts; then retry.",
      step: 'step/item',
      connection: 'helpdesk',
      retryAfterMs: null,
    });
  });
});

describe('ensureConversation', () => {
  it('creates one for a contact that has none, assigned as it is created', async () => {
    const world = createWorld();
    const made = await createActions().ensureConversation(contextOf(world), { ...wanted, assignee: 'jan@example.com', team: 'Money' });
    expect(made).toEqual({ conversation, created: true });
    const values = { contactId: '9', inboxId: '3', assigneeId: '5', teamId: '6', opening: 'Hello' };
    expect(world.asked).toEqual([
      { class: 'marked', kind: 'conversation', target: 'contact:9', part: null, values, text: 'Hello', remoteId: '42' },
    ]);
  });

  it.each([
    ['open', ['resolved', 'open'], '1', []],
    ['open', ['open', 'open'], '0', []],
    ['open', ['resolved', 'snoozed'], '1', ['reopen 1']],
    ['open', ['pending'], '0', ['reopen 0']],
    ['open', ['resolved'], 'new', []],
    ['any', ['resolved', 'open'], '0', ['reopen 0']],
    ['any', ['open'], '0', []],
    ['any', [], 'new', []],
    ['never', ['open'], 'new', []],
  ] as const)('with reuse %s and %j conversations, newest first, takes %s', async (reuse, statuses, taken, reopened) => {
    const world = createWorld();
    world.conversations = statuses.map((status, index) => ({ ...conversation, id: String(index), status }));
    const made = await createActions().ensureConversation(contextOf(world), { ...wanted, reuse });
    expect(made.created).toBe(taken === 'new');
    expect(made.conversation).toMatchObject({ id: taken === 'new' ? '42' : taken, status: 'open' });
    expect(world.log.filter((call) => call.startsWith('reopen'))).toEqual(reopened);
  });

  it('reopens by an effect apart from the one that creates', async () => {
    const world = createWorld();
    world.conversations = [{ ...conversation, status: 'resolved' }];
    await createActions().ensureConversation(contextOf(world), { ...wanted, reuse: 'any' });
    expect(world.asked).toEqual([
      {
        class: 'natural',
        kind: 'status',
        target: 'conversation:42',
        part: 'status',
        values: { status: 'open' },
        text: null,
        remoteId: '42',
      },
    ]);
  });

  it('after a crash takes the conversation that carries the mark', async () => {
    const world = createWorld();
    world.ledger = 'find';
    world.conversations = [
      { ...conversation, id: '76', status: 'resolved' },
      { ...conversation, id: '77', status: 'resolved', mark: 'mark-1' },
    ];
    expect(await createActions().ensureConversation(contextOf(world), wanted)).toMatchObject({
      conversation: { id: '77' },
      created: true,
    });
    expect(world.log).toEqual(['inboxes']);
  });

  it('after a crash takes the conversation with the opening message where no mark is kept', async () => {
    const world = createWorld();
    world.ledger = 'find';
    world.conversations = ['75', '76'].map((id) => ({ ...conversation, id, status: 'resolved' }));
    world.messages = [{ ...message, conversationId: '76' }];
    expect(await createActions().ensureConversation(contextOf(world), wanted)).toMatchObject({
      conversation: { id: '76' },
      created: true,
    });
    expect(world.log.at(-1)).toBe(`findMessage 76 ${JSON.stringify({ mark: 'mark-1', text: 'Hello', private: false, sinceMs: SINCE_MS })}`);
  });

  it('after a crash looks into the five newest conversations at most, and into none with a foreign mark', async () => {
    const world = createWorld();
    world.ledger = 'find';
    world.conversations = [
      { ...conversation, id: 'other', status: 'resolved', mark: 'mark-2' },
      ...Array.from({ length: 9 }, (_, index) => ({ ...conversation, id: String(index), status: 'resolved' as const })),
    ];
    await expect(createActions().ensureConversation(contextOf(world), wanted)).rejects.toThrow('not found');
    expect(world.log.filter((call) => call.startsWith('findMessage')).map((call) => call.split(' ')[1])).toEqual(['0', '1', '2', '3', '4']);
  });

  it('looks some more times for the conversation of an earlier attempt before a person is asked', async () => {
    const world = createWorld();
    world.ledger = 'find';
    const client = { ...createHelpdesk(world), readConversation: async () => null };
    world.conversations = [{ ...conversation, id: '78', status: 'resolved', mark: 'mark-1' }];
    expect(await failureOf(createActions().ensureConversation(contextOf(world, client), wanted))).toMatchObject({
      code: 'record_gone',
      kind: 'retry',
      retryAfterMs: 2_000,
      message: expect.stringContaining('Conversation 78'),
    });
  });

  it.each([
    [
      'listConversations',
      'open',
      'The token of helpdesk cannot list conversations, which `reuse: open` needs',
      'set `reuse: never` in the flow',
    ],
    ['createConversation', 'open', 'the token of helpdesk cannot create conversations', 'set `reuse: any` in the flow'],
    [
      'createConversation',
      'any',
      'the token of helpdesk cannot create conversations',
      'open a conversation with contact 9 in the inbox "Billing" by hand',
    ],
    ['createConversation', 'never', 'the token of helpdesk cannot create conversations', 'set `reuse: open` in the flow'],
  ] as const)('without the ability %s and with reuse %s says what is missing and what to do', async (ability, reuse, message, hint) => {
    const world = createWorld();
    world.abilities = { ...world.abilities, [ability]: false };
    expect(await failureOf(createActions().ensureConversation(contextOf(world), { ...wanted, reuse }))).toMatchObject({
      code: 'missing_ability',
      kind: 'attention',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
    expect(world.asked).toEqual([]);
  });
});

describe('changes of a conversation', () => {
  const target = { connection: 'helpdesk', conversationId: '42' };

  it('add a label by the name the helpdesk knows it by', async () => {
    const world = createWorld();
    expect(await createActions().addLabel(contextOf(world), { ...target, label: 'Dunning' })).toBeNull();
    expect(world.asked).toEqual([
      {
        class: 'natural',
        kind: 'label',
        target: 'conversation:42',
        part: 'label',
        values: { label: 'dunning' },
        text: null,
        remoteId: '42',
      },
    ]);
    expect(world.log.at(-1)).toBe('addLabel 42 dunning');
  });

  it('set the priority', async () => {
    const world = createWorld();
    await createActions().setPriority(contextOf(world), { ...target, priority: 'high' });
    expect(world.asked).toMatchObject([{ class: 'natural', kind: 'priority', target: 'conversation:42', values: { priority: 'high' } }]);
    expect(world.log).toEqual(['setPriority 42 high']);
  });

  it('assign agent and team by their ids', async () => {
    const world = createWorld();
    await createActions().assign(contextOf(world), { ...target, assignee: 'Jan Jansen', team: '6' });
    expect(world.asked).toMatchObject([{ kind: 'assignment', values: { assigneeId: '5', teamId: '6' } }]);
    expect(world.log.at(-1)).toBe('assign 42 {"assigneeId":"5","teamId":"6"}');
  });

  it('assign nobody without a call', async () => {
    const world = createWorld();
    await createActions().assign(contextOf(world), { ...target, assignee: null, team: null });
    expect(world.log).toEqual([]);
  });
});

describe('messages and reads', () => {
  it('posts a message with its text kept for echoes', async () => {
    const world = createWorld();
    const posted = await createActions().postMessage(contextOf(world), {
      connection: 'helpdesk',
      conversationId: '42',
      text: 'Hi',
      private: true,
    });
    expect(posted).toEqual({ messageId: '70' });
    expect(world.asked).toEqual([
      {
        class: 'marked',
        kind: 'message',
        target: 'conversation:42',
        part: null,
        values: { text: 'Hi', private: true },
        text: 'Hi',
        remoteId: '70',
      },
    ]);
    expect(world.log).toEqual(['postMessage {"conversationId":"42","text":"Hi","private":true} mark-1']);
  });

  it('after a crash looks for the message by its mark, no further back than its intent', async () => {
    const world = createWorld();
    world.ledger = 'find';
    world.messages = [message];
    expect(
      await createActions().postMessage(contextOf(world), { connection: 'helpdesk', conversationId: '42', text: 'Hi', private: true }),
    ).toEqual({ messageId: '71' });
    expect(world.log).toEqual([`findMessage 42 ${JSON.stringify({ mark: 'mark-1', text: 'Hi', private: true, sinceMs: SINCE_MS })}`]);
  });

  it('reads invoice, conversation and message without a write', async () => {
    const world = createWorld();
    world.conversations = [conversation];
    const operations = createActions();
    expect(await operations.readInvoice(contextOf(world), { connection: 'billing', invoiceId: 'in_1' })).toBeNull();
    expect(await operations.readConversation(contextOf(world), { connection: 'helpdesk', conversationId: '42' })).toEqual(conversation);
    expect(await operations.readMessage(contextOf(world), { connection: 'helpdesk', conversationId: '42', messageId: '7' })).toBeNull();
    expect(world.asked).toEqual([]);
  });
});
