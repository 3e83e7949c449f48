import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRouter } from '../config/routes.ts';
import { connectorOf } from '../connectors/registry.ts';
import { jobs } from '../jobs/registry.ts';
import { bindInbound } from '../server/bound-inbound.ts';
import type { FlowDirectory } from '../activities/steps/load-group.ts';
import type { DeskbridgeConfig } from '../config/read/read.ts';
import type { FlowQueue } from '../inbox/dispatching.ts';
import type { BoundInbound } from '../server/bound-inbound.ts';
import type { ReceiverDeps } from '../server/ports.ts';
import type { Job, JobActivities, JobDeps } from '../jobs/job.ts';
import type { NamedSchedule } from '../temporal/schedules.ts';
import type { HostOptions } from './host.ts';

/** What the receiver needs of a configuration. */
export function toReceiving(config: DeskbridgeConfig): { connections: BoundInbound[]; route: ReceiverDeps['route']; flows: FlowQueue[] } {
  const router = createRouter(config);
  return {
    connections: config.connections.flatMap(({ name, type, settings }) => {
      const inbound = connectorOf(type)?.receives;
      return inbound === undefined ? [] : [bindInbound(name, type, inbound, settings)];
    }),
    route: (connection, event) => router(connection, event),
    flows: config.flows.map(({ name, coalesce, credit, paused, connections }) => ({ name, coalesce, credit, paused, connections })),
  };
}

/** What the worker needs of a configuration. */
export function toDirectory(config: DeskbridgeConfig): FlowDirectory {
  const flows = new Map(config.flows.map((flow) => [flow.name, { do: flow.do, options: flow.options, coalesce: flow.coalesce }]));
  const types = new Map(config.connections.map(({ name, type }) => [name, type]));
  return { flow: (name) => flows.get(name), connectionType: (name) => types.get(name) };
}

/** The configured flows that call a connection. */
export function flowsOf(config: DeskbridgeConfig): (connection: string) => readonly string[] {
  return (connection) => config.flows.filter((flow) => flow.connections.includes(connection)).map((flow) => flow.name);
}

/** The activities of every job that the configuration has. */
export function jobActivities(config: DeskbridgeConfig, deps: JobDeps): readonly JobActivities[] {
  return configuredJobs(config).map(({ job, entries }) => job.activities(deps, entries));
}

/** The schedules that the configuration asks for, with their ids. */
export function toSchedules(config: DeskbridgeConfig): readonly NamedSchedule[] {
  return configuredJobs(config).flatMap(({ job, entries }) =>
    job.schedules(entries).map((schedule) => ({ ...schedule, id: `${job.name}/${schedule.entry}` })),
  );
}

function configuredJobs(config: DeskbridgeConfig): readonly { readonly job: Job<object>; readonly entries: readonly object[] }[] {
  return [...config.jobs].flatMap(([name, entries]) => {
    const job = jobs.get(name);
    return job === undefined || entries.length === 0 ? [] : [{ job, entries }];
  });
}

/** The bundle that the build made; where the program runs from its sources, the workflows' entry. */
export function findWorkflows(): HostOptions['workflows'] {
  const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(bundlePath)) return { bundlePath };
  return { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)) };
}
