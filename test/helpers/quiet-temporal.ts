import { DefaultLogger, Runtime } from '@temporalio/worker';

// The SDK logs each failed activity, and tests make many fail on purpose.
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
