import { describe, expect, it } from 'vitest';
import { toLoadedGroups } from '../../activities/steps/load-group.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';

const row: BegunRow = {
  flow: 'f',
  key: 'k',
  lane: 1,
  deliveryId: '11',
  eventId: '7',
  epoch: '1',
  attempts: 1,
  topic: 'conversation.created',
  record: 'conversation:42',
  connection: 'helpdesk',
  dedupe: 'ab'.repeat(32),
  receivedAt: new Date('2026-03-04T10:00:00Z'),
  raw: Buffer.from('{"event":"conversation.created","data":{"id":"42"}}'),
  edits: null,
  generation: 0,
};
const directory = {
  flow: () => ({ do: 'slack-thread', options: {} }),
  connectionType: (name: string) => (name === 'helpdesk' ? 'deskwoot' : undefined),
};

describe('a delivery as it is loaded', () => {
  it.each<[string, Partial<BegunRow>, 'body' | undefined, object]>([
    ['knows its facts', {}, undefined, { 'conversation.id': '42' }],
    ['says that its body is gone', { raw: null }, 'body', {}],
  ])('%s', (_title, change, lacks, facts) => {
    const [group] = toLoadedGroups([{ ...row, ...change }], 'l', directory);
    expect(group?.members[0]?.lacks).toBe(lacks);
    expect(group?.members[0]?.event.facts).toEqual(facts);
  });

  it('is small, in a group of a hundred whose facts are as long as they can be', () => {
    const long = 'x'.repeat(100_000);
    const data = { id: long, conversationId: long, inboxId: long, contactId: long, messageType: long, sender: { id: long, type: long } };
    const raw = Buffer.from(JSON.stringify({ event: 'message.created', data }));
    const rows = Array.from({ length: 100 }, (_, index) => ({ ...row, deliveryId: String(index), topic: 'message.created', raw }));
    expect(JSON.stringify(toLoadedGroups(rows, 'l', directory)).length).toBeLessThan(500_000);
  });
});
