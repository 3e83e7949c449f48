import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { IllegalStateError } from '@temporalio/common';
import { inject } from 'vitest';
import { installRuntime } from '../../processes/run-parts.ts';
import { flowsOf, toDirectory, toReceiving } from '../../processes/parts.ts';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { startSandbox } from '../../sandbox/main.ts';
import { startAdmin } from '../../server/admin.ts';
import { createServerProcess } from '../../server/create-server.ts';
import { createLogger } from '../../server/logger.ts';
import { createMetrics } from '../../server/metrics.ts';
import { connectWorker, createLazyClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { createStarter } from '../../temporal/starter.ts';
import { createWorker } from '../../processes/create-worker.ts';
import type { Client } from '@temporalio/client';
import type { FlowDirectory } from '../../activities/steps/load-group.ts';
import type { NativeConnection } from '@temporalio/worker';
import type { DeskbridgeConfig } from '../../config/read/read.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/main.ts';
import type { ServerProcess } from '../../server/create-server.ts';
import type { Database } from '../../store/driver/database.ts';
import type { RunningWorker } from '../../processes/create-worker.ts';
import type { HostOptions } from '../../processes/host.ts';
import type { TaskQueues } from '../../workflows/contract.ts';

/** The helpdesk that a stack speaks to. */
export type Helpdesk = 'chatwoot' | 'deskwoot';

/** How a stack is to be. */
export interface StackOptions {
  readonly db: Database;
  readonly helpdesk: Helpdesk;
  /** The `flows:` part of the configuration, as YAML; left out: both flows. */
  readonly flows?: string;
  readonly sandbox?: SandboxOptions;
  /** `false`: nothing executes until `startWorker`. */
  readonly worker?: boolean;
  /** Hands every first attempt over this one way; left out: by how much there is to do. */
  readonly way?: 'delivery' | 'batch';
  /** host:port of a Temporal server of the test's own; left out: the one that all test files share. */
  readonly temporalAddress?: string;
  /** More lines of the configuration's `connections:`, as YAML; they may name the stack's own secrets. */
  readonly connections?: string;
}

/** The whole product with its remote systems, in this process, over real HTTP and a real Temporal server. */
export interface Stack {
  readonly config: DeskbridgeConfig;
  readonly sandbox: Sandbox;
  readonly server: ServerProcess;
  readonly client: Client;
  readonly queues: TaskQueues;
  readonly origin: string;
  /** Where operators ask: `/metrics`. */
  readonly adminOrigin: string;
  /** Everything logged so far. */
  log(): string;
  /** Starts a worker, beside those that run. `directory`: what its configuration says of flows, where it is another than the server's. */
  startWorker(directory?: FlowDirectory): Promise<void>;
  /** Stops all workers. */
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

export const BOTH_FLOWS = `
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing, label: dunning, priority: high } }
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
`;

/** Starts a stack on free ports, with task queues of its own so that stacks do not meet on the shared Temporal server. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const sandbox = await startSandbox(options.sandbox);
  const config = toConfig(sandbox, options);
  const lines: string[] = [];
  const sink = new PassThrough();
  sink.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  const log = createLogger('info', sink);
  installRuntimeOnce(log);
  const where = { address: options.temporalAddress ?? inject('temporalAddress'), namespace: 'default', tls: false, apiKey: null };
  const dataConverter = createDataConverter([{ id: 'test', bytes: Buffer.alloc(32, 7) }]);
  const { client, connection } = createLazyClient(where, dataConverter);
  const id = randomUUID().slice(0, 8);
  const queues = { live: `live-${id}`, bulk: `bulk-${id}` };
  const { connections, route, flows } = toReceiving(config);
  const metrics = createMetrics();
  const admin = await startAdmin({ host: '127.0.0.1', port: 0, token: null, metrics, uiOrigin: null });
  const server = await createServerProcess({
    db: options.db,
    starter: createStarter({ client, eager: false, queues }),
    probeTemporal: async () => void (await connection.workflowService.describeNamespace({ namespace: 'default' })),
    connections,
    flows,
    route,
    host: '127.0.0.1',
    port: 0,
    limits: { requests: 2000, requestsPerConnection: 2000 },
    owner: `test-${id}`,
    metrics,
    log,
    now: Date.now,
    only: options.way,
  });
  const origin = `http://127.0.0.1:${server.port}`;
  pointHooks(sandbox, options.helpdesk, origin);
  let running: { readonly worker: RunningWorker; readonly native: NativeConnection }[] = [];
  const stack: Stack = {
    config,
    sandbox,
    server,
    client,
    queues,
    origin,
    adminOrigin: admin.origin,
    log: () => lines.join(''),
    async startWorker(directory = toDirectory(config)) {
      const native = await connectWorker(where);
      const worker = await createWorker({
        db: options.db,
        configured: config.connections,
        directory,
        flowsOf: flowsOf(config),
        record: (rows) => server.record(rows),
        onFreed: () => server.wake(),
        connection: native,
        namespace: 'default',
        dataConverter,
        workflows: findTestWorkflows(),
        queues,
        identity: `test-${id}`,
        log,
      });
      running.push({ worker, native });
    },
    async stopWorker() {
      const stopping = running;
      running = [];
      await Promise.all(
        stopping.map(async ({ worker, native }) => {
          await worker.stop();
          await native.close();
        }),
      );
    },
    async close() {
      await server.close();
      await stack.stopWorker();
      await connection.close();
      await admin.close();
      await sandbox.close();
    },
  };
  if (options.worker !== false) await stack.startWorker();
  return stack;
}

/** What the Temporal SDK says in this process goes into the log of its first stack, as the product's processes have it, unless `quiet-temporal` came first. */
function installRuntimeOnce(log: ReturnType<typeof createLogger>): void {
  try {
    installRuntime(log);
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/** The bundle that set-up built, so that test files need not bundle anew; else the sources. */
export function findTestWorkflows(): HostOptions['workflows'] {
  const bundlePath = process.env['TEST_WORKFLOW_BUNDLE'];
  return bundlePath === undefined ? { workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)) } : { bundlePath };
}

function toConfig(sandbox: Sandbox, options: StackOptions): DeskbridgeConfig {
  const { deskwoot, chatwoot, stripe, slack } = sandbox.describe();
  const helpdesk =
    options.helpdesk === 'deskwoot'
      ? `type: deskwoot, baseUrl: "${deskwoot.origin}", account: ${deskwoot.accountId}`
      : `type: chatwoot, baseUrl: "${chatwoot.origin}", account: ${chatwoot.accountId}`;
  const text = `
helpdesk: { ${helpdesk}, token: env:HELPDESK_TOKEN, webhookSecret: env:HELPDESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: "${stripe.origin}", key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
  team: { type: slack, baseUrl: "${slack.origin}", token: env:SLACK_TOKEN, signingSecret: env:SLACK_SECRET }${options.connections ?? ''}
flows:${options.flows ?? BOTH_FLOWS}`;
  const known = options.helpdesk === 'deskwoot' ? deskwoot : chatwoot;
  const env = {
    HELPDESK_TOKEN: known.token,
    HELPDESK_SECRET: known.webhookSecret,
    STRIPE_KEY: stripe.key,
    STRIPE_SECRET: stripe.webhookSecret,
    SLACK_TOKEN: slack.token,
    SLACK_SECRET: slack.signingSecret,
  };
  const loaded = loadConfig({ path: 'deskbridge.yaml', env, readFile: (path) => readText(path, text) }, installed);
  if (!loaded.ok) throw new Error(`The stack's configuration is wrong: ${JSON.stringify(loaded.problems)}`);
  return loaded.config;
}

function readText(path: string, text: string): string {
  if (path === 'deskbridge.yaml') return text;
  throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
}

function pointHooks(sandbox: Sandbox, helpdesk: Helpdesk, origin: string): void {
  const { deskwoot, chatwoot, stripe } = sandbox.describe();
  if (helpdesk === 'chatwoot')
    sandbox.chatwoot.subscriptions.push({ kind: 'account', id: 1000, url: `${origin}/webhooks/helpdesk`, secret: chatwoot.webhookSecret });
  else sandbox.deskwoot.subscriptions.push({ url: `${origin}/webhooks/helpdesk`, secret: deskwoot.webhookSecret });
  sandbox.stripe.destinations.push({ url: `${origin}/webhooks/billing`, secrets: [stripe.webhookSecret], payload: 'snapshot' });
}
