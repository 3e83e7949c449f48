import { describe, expect, it } from 'vitest';
import { toLoadedGroups } from '../../activities/steps/load-group.ts';
import type { FlowDirectory } from '../../activities/steps/load-group.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';

const DIRECTORY: FlowDirectory = {
  flow: (name) => (name === 'dunning' ? { do: 'open-conversation', options: {} } : undefined),
  connectionType: (name) => (name === 'billing' ? 'stripe' : undefined),
};

function toBegun(overrides: Partial<BegunRow>): BegunRow {
  return {
    flow: 'dunning',
    key: 'customer:1',
    lane: 0,
    deliveryId: '1',
    eventId: '1',
    epoch: '7',
    attempts: 1,
    topic: 'invoice.payment_failed',
    record: 'invoice:in_1',
    connection: 'billing',
    dedupe: 'ab'.repeat(32),
    receivedAt: new Date(0),
    raw: Buffer.from('{}'),
    edits: null,
    generation: 0,
    ...overrides,
  };
}

describe('a loaded group', () => {
  it('has its flow as it is configured today', () => {
    expect(toLoadedGroups([toBegun({})], 'L1', DIRECTORY)).toMatchObject([{ epoch: '7', flow: { do: 'open-conversation' } }]);
  });

  it.each([
    ['the configuration lacks its flow', { flow: 'yesterday' }],
    ['the configuration lacks the connection of one of its events: without facts a flow would ignore it', { connection: 'gone' }],
  ])('has none where %s', (_why, lacking) => {
    const rows = [toBegun({ ...lacking, connection: 'billing' }), toBegun({ ...lacking, deliveryId: '2' })];
    expect(toLoadedGroups(rows, 'L1', DIRECTORY)).toMatchObject([{ epoch: '7', flow: null, members: [{}, {}] }]);
  });
});
