import { describe, expect, it } from 'vitest';
import { tally } from '../../demo/tally.ts';
import type { Said } from '../../demo/tally.ts';

const SAID: readonly Said[] = [
  { conversation: 'chatwoot/1', number: 1 },
  { conversation: 'chatwoot/1', number: 2 },
  { conversation: 'deskwoot/a', number: 3 },
];
const RIGHT = {
  threads: [
    ['*Lisa* (message 1)', 'and (message 2)'],
    ['header', 'hello (message 3)'],
  ],
  notes: ['Payment of 49.00 USD for invoice SBX-0004 failed.'],
};

describe("the demo's tally", () => {
  it('finds nothing wrong where everything is there once and in order', () => {
    const rows = tally(SAID, ['SBX-0004'], RIGHT);
    expect(rows.map(({ expected, found, lost, doubled, outOfOrder }) => [expected, found, lost, doubled, outOfOrder])).toEqual([
      [2, 2, 0, 0, null],
      [3, 3, 0, 0, 0],
      [1, 1, 0, 0, null],
    ]);
  });

  it.each([
    ['a message that is missing', { ...RIGHT, threads: [['(message 1)'], ['(message 3)']] }, 1, { lost: 1, doubled: 0, outOfOrder: 0 }],
    [
      'a message posted twice',
      { ...RIGHT, threads: [['(message 1)', '(message 2)', '(message 2)'], ['(message 3)']] },
      1,
      { lost: 0, doubled: 1 },
    ],
    [
      'messages in the wrong order',
      { ...RIGHT, threads: [['(message 2)', '(message 1)'], ['(message 3)']] },
      1,
      { lost: 0, doubled: 0, outOfOrder: 1 },
    ],
    [
      'a second thread of a conversation',
      { ...RIGHT, threads: [['(message 1)'], ['(message 2)'], ['(message 3)']] },
      0,
      { lost: 0, doubled: 1 },
    ],
    ['a thread of nobody, as an echo would open', { ...RIGHT, threads: [...RIGHT.threads, ['header']] }, 0, { lost: 0, doubled: 1 }],
    ['a conversation without a thread', { ...RIGHT, threads: [['(message 1)', '(message 2)']] }, 0, { lost: 1, doubled: 0 }],
    ['a note that is missing', { ...RIGHT, notes: [] }, 2, { lost: 1, doubled: 0 }],
    ['a note written twice', { ...RIGHT, notes: [...RIGHT.notes, ...RIGHT.notes] }, 2, { lost: 0, doubled: 1 }],
  ])('tells %s', (_case, found, row, wrong) => {
    expect(tally(SAID, ['SBX-0004'], found)[row]).toMatchObject(wrong);
  });
});
