import { expect, it } from 'vitest';
import { createGateKeeper } from '../../activities/gates/keeper.ts';
import { createActions } from '../../activities/actions/index.ts';
import { runStep } from '../../activities/steps/run-step.ts';
import { ConnectorError } from '../../connectors/call/errors.ts';
import { StepError } from '../../model/step-failure.ts';
import { StoreUnavailable } from '../../store/driver/database.ts';
import { listConnectionGates } from '../../store/gates/gate.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { createMemoryEffects } from './memory-effects.ts';
import type { StepDeps } from '../../activities/steps/run-step.ts';
import type { Database } from '../../store/driver/database.ts';

const CALL = {
  group: { lease: 'L', flow: 'sync', lane: 0, key: 'k' },
  deliveryId: '1',
  eventId: '1',
  identity: 'shop:1',
  edits: null,
  step: { name: 'read', summary: 'Read' },
} as const;
const READ = { ...CALL, input: { connection: 'helpdesk', conversationId: '1' } };
const ECHO = { ...CALL, input: { ...READ.input, messageId: null, mark: 'db1', senderId: null, text: null } };

describeOnEachDatabase('a step', (open) => {
  it('that asks only our own store says nothing about its connection: the outage is seen all the same', async () => {
    const db = await open();
    const deps = depsOf(db);
    const kinds: string[] = [];
    for (let n = 1; n <= 5; n += 1) {
      expect(await runStep(deps, 'isEcho', ECHO)).toBe(true);
      kinds.push(await runStep(deps, 'readConversation', READ).then(() => 'none', kindOf));
    }
    expect(kinds).toEqual(['retry', 'retry', 'retry', 'retry', 'gate']);
    expect(await listConnectionGates(db)).toMatchObject([{ connection: 'helpdesk', state: 'down' }]);
  });

  it('fails as ours where our own store is away before it begins', async () => {
    const db = await open();
    const gone = (): Promise<never> => Promise.reject(new StoreUnavailable('The test took the store away.'));
    expect(await runStep(depsOf({ ...db, query: gone }), 'readConversation', READ).then(() => 'none', kindOf)).toBe('ours');
  });
});

/** A helpdesk that is down. */
function depsOf(db: Database): StepDeps {
  const down = { code: 'unavailable', retry: { kind: 'backoff' }, connection: 'helpdesk', operation: 'GET /x', hint: 'Wait.' } as const;
  const open = (): never => {
    throw new ConnectorError({ ...down, ambiguous: false });
  };
  return {
    actions: createActions(),
    connections: { open },
    gates: createGateKeeper({ db, flowsOf: () => ['sync'], log: { warn: () => undefined } }),
    effects: createMemoryEffects(),
    renewEpoch: () => Promise.resolve('1'),
    eventAge: () => Promise.resolve(null),
  };
}

function kindOf(error: unknown): string {
  return error instanceof StepError ? error.failure.kind : 'thrown';
}
