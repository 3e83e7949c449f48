import { describe, expect, it } from 'vitest';
import { createBodyReader } from '../../activities/steps/body-reader.ts';
import { readGroup, toBegunGroups } from '../../activities/steps/load-group.ts';
import type { FlowDirectory } from '../../activities/steps/load-group.ts';
import type { BegunRow } from '../../store/inbox/begin.ts';
import type { LoadedGroup } from '../../model/delivery.ts';

const DIRECTORY: FlowDirectory = {
  flow: (name) => (name === 'dunning' ? { do: 'open-conversation', options: {}, coalesce: false } : undefined),
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
    facts: '{}',
    bodyBytes: 2,
    edits: null,
    generation: 0,
    ...overrides,
  };
}

describe('a loaded group', () => {
  it('has its flow as it is configured today', async () => {
    expect(await load([toBegun({})])).toMatchObject([{ epoch: '7', flow: { do: 'open-conversation' } }]);
  });

  it.each([
    ['the configuration lacks its flow', { flow: 'yesterday' }],
    ['the configuration lacks the connection of one of its events: without facts a flow would ignore it', { connection: 'gone' }],
  ])('has none where %s', async (_why, lacking) => {
    const rows = [toBegun({ ...lacking, connection: 'billing' }), toBegun({ ...lacking, deliveryId: '2' })];
    expect(await load(rows)).toMatchObject([{ epoch: '7', flow: null, members: [{}, {}] }]);
  });
});

/** Groups whose events' facts were kept: a body that is read is a mistake. */
function load(rows: readonly BegunRow[]): Promise<LoadedGroup[]> {
  const bodies = createBodyReader({ read: (eventId) => Promise.reject(new Error(`the body of ${eventId} was read`)) });
  return Promise.all(toBegunGroups(rows, 'L1').map((group) => readGroup(group, { directory: DIRECTORY, bodies })));
}
