import { DefaultLogger, Runtime } from '@temporalio/worker';
import { IllegalStateError } from '@temporalio/common';

// The SDK logs each failed activity, and tests make many fail on purpose. Files share a process, which has one such logger.
try {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
} catch (error) {
  if (!(error instanceof IllegalStateError)) throw error;
}
