import { Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, NativeConnection } from '@temporalio/worker';
import type { DataConverter } from '@temporalio/common';
import type { TaskQueues, Activities } from '../workflows/contract.ts';

const SHUTDOWN_GRACE = '25s';
const SHUTDOWN_FORCE = '40s';
const CACHED_WORKFLOWS = 400;

/** What hosting takes. */
export interface HostOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  /** The bundle built ahead by the same version of the SDK; or the workflows' entry, bundled now. */
  readonly workflows: { readonly bundlePath: string } | { readonly workflowsPath: string };
  readonly activities: Activities;
  /** Stand around every activity; left out: none do. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[];
  /** Names this process in the Temporal UI. */
  readonly identity: string;
  readonly queues: TaskQueues;
  /** Batches that run at a time. */
  readonly batches: number;
}

/** Workers of both task queues, running. */
export interface Host {
  /** Stops polling, lets activities end within the grace time, and resolves. */
  stop(): Promise<void>;
  /** Rejects when a worker fails for good. */
  readonly ended: Promise<void>;
}

/** Hosts workflows and activities: `live` and `bulk` on queues of their own, so that bulk never starves live. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { connection, namespace, dataConverter, identity, queues } = options;
  const workflows =
    'bundlePath' in options.workflows
      ? { workflowBundle: { codePath: options.workflows.bundlePath } }
      : { workflowsPath: options.workflows.workflowsPath };
  const interceptors = { activity: [...(options.interceptors ?? [])] };
  const shared = {
    connection,
    namespace,
    dataConverter,
    ...workflows,
    activities: options.activities,
    interceptors,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
  } as const;
  const live = await Worker.create({
    ...shared,
    identity: `${identity}/live`,
    taskQueue: queues.live,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: 64,
  });
  const bulk = await Worker.create({
    ...shared,
    identity: `${identity}/bulk`,
    taskQueue: queues.bulk,
    maxCachedWorkflows: CACHED_WORKFLOWS / 4,
    maxConcurrentActivityTaskExecutions: options.batches,
  });
  const workers = [live, bulk];
  const ended = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  return {
    ended,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
