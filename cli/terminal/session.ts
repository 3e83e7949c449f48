import { embeddedParts } from '../../config/production.ts';
import { formatProblems, problemsToJson } from '../../config/read/report.ts';
import { openStateDir } from '../../config/read/state-dir.ts';
import { askAdmin, isAdminServed } from '../../operator/door/ask-admin.ts';
import { adminSocketPath } from '../../operator/door/socket-path.ts';
import { storeNameOf } from '../../operator/door/store-name.ts';
import { ConfigRefused } from '../../operator/fail.ts';
import { toWorkflowLink } from '../../operator/workflow-link.ts';
import type { DeskbridgeConfig } from '../../config/read/read.ts';
import type { Io } from './io.ts';
import type { CallTask, WorkflowDoor } from '../../operator/tasks/task.ts';

/** What a command is given to do its work with. */
export interface Session {
  readonly config: DeskbridgeConfig;
  readonly call: CallTask;
}

/** Loads the configuration; throws ConfigRefused with every problem. */
export function loadOrRefuse(io: Io, path: string): DeskbridgeConfig {
  const loaded = io.readConfig(path, {});
  if (loaded.ok) return loaded.config;
  throw new ConfigRefused(formatProblems(loaded.problems, loaded.warnings), problemsToJson(loaded.problems, loaded.warnings));
}

/**
 * Does `work` with the store: where a part is embedded and a process of this folder runs, within that one through its admin socket;
 * otherwise here.
 */
export async function withSession<Result>(io: Io, configPath: string, work: (session: Session) => Promise<Result>): Promise<Result> {
  const config = loadOrRefuse(io, configPath);
  const socketPath = adminSocketPath(io.cwd);
  const embedded = embeddedParts(config).some((part) => part !== 'encryption');
  if (embedded && (await isAdminServed(socketPath, storeNameOf(config, io.cwd)))) {
    return work({ config, call: async (task, args) => task.readResult(await askAdmin(socketPath, task.name, args)) });
  }
  return withOpenStore(io, config, work);
}

async function withOpenStore<Result>(io: Io, config: DeskbridgeConfig, work: (session: Session) => Promise<Result>): Promise<Result> {
  const { openStore } = await import('../../operator/open-store.ts');
  const { migrations } = await import('../../processes/slices.ts');
  const db = await openStore({ store: config.store, migrations }, io.cwd);
  const temporal = createOnDemand(io, config);
  try {
    return await work({ config, call: (task, args) => task.run({ db, workflows: temporal.door }, args) });
  } finally {
    await temporal.close();
    await db.close();
  }
}

/** The SDK is loaded when a task first asks Temporal: most never do. */
function createOnDemand(io: Io, config: DeskbridgeConfig): { readonly door: WorkflowDoor; close(): Promise<void> } {
  let close = (): Promise<void> => Promise.resolve();
  let opened: WorkflowDoor | undefined;
  const open = async (): Promise<WorkflowDoor> => {
    if (opened !== undefined) return opened;
    const { createAbsentDoor, openConfiguredDoor } = await import('../../operator/door/configured-door.ts');
    const { readKeys, toTemporalAddress } = await import('../../processes/surroundings.ts');
    const where = toTemporalAddress(config);
    if (where === undefined) return (opened = createAbsentDoor());
    const configured = openConfiguredDoor(where, readKeys(config, openStateDir(io.cwd)), null);
    close = configured.close;
    return (opened = configured.door);
  };
  const { uiOrigin } = config.server;
  return {
    door: {
      update: async (workflowId, decision) => (await open()).update(workflowId, decision),
      check: async () => (await open()).check(),
      link: (workflowId) =>
        uiOrigin === undefined || config.temporal === undefined ? null : toWorkflowLink(uiOrigin, config.temporal.namespace, workflowId),
    },
    close: () => close(),
  };
}
