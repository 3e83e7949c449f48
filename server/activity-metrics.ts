import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from './registry.ts';

const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What a worker reports of its activities. */
export interface ActivityMeter {
  started(activity: string): void;
  ended(activity: string, outcome: 'completed' | 'failed' | 'cancelled', seconds: number): void;
}

/** Counts and times what a worker runs. An attempt that fails and is tried again counts each time. */
export function createActivityMeter({ registry }: Metrics): ActivityMeter {
  const registers = [registry];
  const total = new Counter({
    name: 'deskbridge_activities_total',
    help: 'Attempts of activities by how they ended',
    labelNames: ['activity', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'deskbridge_activity_seconds',
    help: 'Seconds an attempt of an activity took',
    labelNames: ['activity'],
    buckets: BUCKETS_S,
    registers,
  });
  const underWay = new Gauge({
    name: 'deskbridge_activities_under_way',
    help: 'Activities this worker runs at the moment',
    labelNames: ['activity'],
    registers,
  });
  return {
    started: (activity) => underWay.inc({ activity }),
    ended(activity, outcome, seconds) {
      underWay.dec({ activity });
      total.inc({ activity, outcome });
      duration.observe({ activity }, seconds);
    },
  };
}
