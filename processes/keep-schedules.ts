import { keepTrying } from '../inbox/keep-trying.ts';
import { TASK_QUEUES } from '../workflows/contract.ts';
import { applySchedules } from '../temporal/schedules.ts';
import { toSchedules } from './parts.ts';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { DeskbridgeConfig } from '../config/read/read.ts';

/** Of one try, for all of them. */
const APPLY_WITHIN_MS = 10_000;

/** Brings the schedules of the configured jobs to Temporal in the background, and tries until it answers or this is stopped. */
export function keepSchedules(config: DeskbridgeConfig, client: Client, log: Pick<Logger, 'warn' | 'info'>): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const schedules = toSchedules(config);
  const failing = 'the schedules of jobs cannot be brought to Temporal: jobs start as they did before';
  const apply = (): Promise<void> =>
    client.withAbortSignal(signal, () =>
      client.withDeadline(Date.now() + APPLY_WITHIN_MS, () => applySchedules(client, schedules, TASK_QUEUES.bulk)),
    );
  const applied = schedules.length === 0 ? Promise.resolve() : keepTrying(apply, { failing, signal, log });
  return {
    async stop() {
      stopping.abort();
      await applied;
    },
  };
}
