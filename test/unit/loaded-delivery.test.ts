import { describe, expect, it } from 'vitest';
import { createBodyReader } from '../../activities/steps/body-reader.ts';
import { readGroup, toBegunGroups } from '../../activities/steps/load-group.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { LoadedGroup } from '../../model/delivery.ts';

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
  facts: null,
  bodyBytes: 51,
  edits: null,
  generation: 0,
};
const BODY = Buffer.from('{"event":"conversation.created","data":{"id":"42"}}');
const directory = {
  flow: () => ({ do: 'slack-thread', options: {}, coalesce: false }),
  connectionType: (name: string) => (name === 'helpdesk' ? 'deskwoot' : undefined),
};

describe('a delivery as it is loaded', () => {
  it.each<[string, Partial<BegunRow>, Buffer | null, 'body' | undefined, object, number]>([
    ['knows its facts from its body', {}, BODY, undefined, { 'conversation.id': '42' }, 1],
    [
      'knows them without its body where they were kept',
      { facts: '{"conversation.id":"9"}' },
      BODY,
      undefined,
      { 'conversation.id': '9' },
      0,
    ],
    [
      'reads its body where what was kept are no facts',
      { facts: '{"conversation.id":{}}' },
      BODY,
      undefined,
      { 'conversation.id': '42' },
      1,
    ],
    ['reads its body where what was kept is cut off', { facts: '{"conv' }, BODY, undefined, { 'conversation.id': '42' }, 1],
    ['says that its body is gone', { bodyBytes: null }, null, 'body', {}, 0],
    ['says so too where it went meanwhile', {}, null, 'body', {}, 1],
    ['reads nothing for a connection that is not known here', { connection: 'gone' }, BODY, undefined, {}, 0],
  ])('%s', async (_title, change, body, lacks, facts, read) => {
    let reads = 0;
    const [group] = await load([{ ...row, ...change }], () => {
      reads += 1;
      return body;
    });
    expect(group?.members[0]?.lacks).toBe(lacks);
    expect(group?.members[0]?.event.facts).toEqual(facts);
    expect(reads).toBe(read);
  });

  it('is small, in a group of a hundred whose facts are as long as they can be', async () => {
    const long = 'x'.repeat(100_000);
    const data = { id: long, conversationId: long, inboxId: long, contactId: long, messageType: long, sender: { id: long, type: long } };
    const raw = Buffer.from(JSON.stringify({ event: 'message.created', data }));
    const rows = Array.from({ length: 100 }, (_, index) => ({ ...row, deliveryId: String(index), topic: 'message.created' }));
    const [group] = await load(rows, () => raw);
    expect(group?.members).toHaveLength(100);
    expect(JSON.stringify(group).length).toBeLessThan(500_000);
  });
});

describe('a batch of 256 groups with bodies of 5 MiB whose facts were not kept', () => {
  it('holds no more of them at a time than the bound says, in bytes asked from the store, and reads each once', async () => {
    const bytes = 5 * 1024 * 1024;
    const asked = { held: 0, most: 0, reads: 0 };
    const bodies = createBodyReader({
      mostBytes: 16 * 1024 * 1024,
      async read() {
        asked.reads += 1;
        asked.held += bytes;
        asked.most = Math.max(asked.most, asked.held);
        await new Promise((resolve) => setImmediate(resolve));
        asked.held -= bytes;
        return BODY;
      },
    });
    const rows = Array.from({ length: 256 }, (_, n) => ({ ...row, deliveryId: String(n), key: `k${n}`, bodyBytes: bytes }));
    const groups = await Promise.all(toBegunGroups(rows, 'l').map((group) => readGroup(group, { directory, bodies })));
    expect(groups.every(({ members }) => members[0]?.event.facts['conversation.id'] === '42')).toBe(true);
    expect(asked).toEqual({ held: 0, most: 3 * bytes, reads: 256 });
  });

  it('reads a body alone that is larger than the bound, and goes on after one that could not be read', async () => {
    const bodies = createBodyReader({
      mostBytes: 10,
      read: (id) => (id === 'bad' ? Promise.reject(new Error('away')) : Promise.resolve(BODY)),
    });
    const results = await Promise.allSettled(
      [['large', 100] as const, ['bad', 5] as const, ['small', 5] as const].map(([eventId, size]) =>
        bodies.with({ eventId, bytes: size }, (raw) => raw?.length),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

function load(rows: readonly BegunRow[], read: () => Buffer | null): Promise<LoadedGroup[]> {
  const bodies = createBodyReader({ read: () => Promise.resolve(read()) });
  return Promise.all(toBegunGroups(rows, 'l').map((group) => readGroup(group, { directory, bodies })));
}
