import { CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Told of every attempt of an activity on this worker. */
export interface ActivityObserver {
  started(activity: string): void;
  ended(activity: string, outcome: 'completed' | 'failed' | 'cancelled', seconds: number): void;
}

/** An interceptor that tells an observer which activities run, how they end and how long they take. */
export function observeActivities(observer: ActivityObserver): ActivityInterceptorsFactory {
  return ({ info: { activityType } }) => ({
    inbound: {
      async execute(input, next) {
        const startedAt = performance.now();
        const end = (outcome: Parameters<ActivityObserver['ended']>[1]): void =>
          observer.ended(activityType, outcome, (performance.now() - startedAt) / 1000);
        observer.started(activityType);
        try {
          const result = await next(input);
          end('completed');
          return result;
        } catch (error) {
          end(error instanceof CancelledFailure ? 'cancelled' : 'failed');
          throw error;
        }
      },
    },
  });
}
