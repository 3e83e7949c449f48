import { createDataConverter } from '../../temporal/data-converter.ts';
import { createLazyClient } from '../../temporal/connect.ts';
import { CliFailure } from '../fail.ts';
import { createWorkflowDoor } from './workflow-door.ts';
import type { TemporalAddress } from '../../temporal/connect.ts';
import type { EncryptionKey } from '../../temporal/codec.ts';
import type { WorkflowDoor } from '../tasks/task.ts';

/** The door to the configured Temporal; connects when it is first used. */
export function openConfiguredDoor(
  where: TemporalAddress,
  keys: readonly EncryptionKey[],
  uiOrigin: string | null,
): { readonly door: WorkflowDoor; close(): Promise<void> } {
  const { client, connection } = createLazyClient(where, createDataConverter(keys));
  return { door: createWorkflowDoor({ client, namespace: where.namespace, uiOrigin }), close: () => connection.close() };
}

/** Stands for a Temporal that runs only within `deskbridge dev`. */
export function createAbsentDoor(): WorkflowDoor {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new CliFailure(
        'Temporal does not run: it belongs to deskbridge dev, which is not running here. Start it (npm start), then try again.',
      ),
    );
  return { update: refuse, check: refuse, link: () => null };
}
