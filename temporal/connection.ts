import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

/** Timers are whole milliseconds. */
const ROUNDING_MS = 2;
const retrying = defaultGrpcRetryOptions();

/**
 * A connection that connects when it is first used and can be closed at any time. The SDK repeats a failed call after a rest, and
 * a call that begins on a closed channel throws from a timer, where nobody can catch it: closing first lets these rests pass.
 */
export function createConnection(options: ConnectionOptions): Connection {
  let closing = false;
  let restsUntilMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !closing && retrying.retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const restMs = retrying.delayFunction(attempt, status);
      restsUntilMs = Math.max(restsUntilMs, performance.now() + restMs);
      return restMs;
    },
  });
  const connection = Connection.lazy({ ...options, interceptors: [interceptor] });
  const close = connection.close.bind(connection);
  connection.close = async () => {
    closing = true;
    const restMs = restsUntilMs - performance.now();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs + ROUNDING_MS));
    await close();
  };
  return connection;
}
