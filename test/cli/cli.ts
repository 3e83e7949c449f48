import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { installed } from '../../config/installed.ts';
import { loadConfig } from '../../config/read/load.ts';
import { createAdminServer } from '../../operator/door/serve-admin.ts';
import { adminSocketPath } from '../../operator/door/socket-path.ts';
import { run } from '../../cli/run.ts';
import { tasks } from '../../processes/slices.ts';
import type { Io } from '../../cli/terminal/io.ts';
import type { Decision, WorkflowDoor } from '../../operator/tasks/task.ts';
import type { Database } from '../../store/driver/database.ts';

export const NOW_MS = Date.parse('2026-06-01T12:00:00Z');

const CONFIG = `
server: { port: 8080, publicUrl: https://hooks.example.com }
helpdesk: { type: deskwoot, baseUrl: 'http://127.0.0.1:9', account: acc_1, token: env:DESK_TOKEN, webhookSecret: env:DESK_SECRET }
connections:
  billing: { type: stripe, baseUrl: 'http://127.0.0.1:9', key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing } }
`;

const ENV = { DESK_TOKEN: 'dw_hidden1', DESK_SECRET: 'whsec_hidden2', STRIPE_KEY: 'sk_test_hidden3', STRIPE_SECRET: 'whsec_hidden4' };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The output as JSON. */
  json(): unknown;
}

export interface TestCli {
  readonly folder: string;
  run(...argv: string[]): Promise<Ran>;
  /** As `run`, with a person who answers. */
  answering(answer: string, ...argv: string[]): Promise<Ran>;
}

/** The command line in a folder of its own, with a configuration; its secrets come from the given environment. */
export async function openCli(
  options: { readonly config?: string; readonly env?: Record<string, string>; readonly untilStopped?: () => Promise<void> } = {},
): Promise<TestCli> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'deskbridge.yaml'), options.config ?? CONFIG);
  const start = async (argv: readonly string[], answer: string | null): Promise<Ran> => {
    let out = '';
    let err = '';
    const io: Io = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      cwd: folder,
      interactive: answer !== null,
      now: () => NOW_MS,
      ask: (question) => {
        err += question;
        return Promise.resolve(answer ?? '');
      },
      readConfig: (path, how) =>
        loadConfig({ path, env: options.env ?? ENV, readFile: (file) => readFileSync(resolve(folder, file), 'utf8'), ...how }, installed),
      findTemporalCli: () => Promise.resolve({ cli: null, tried: ['PATH: no `temporal` on it'], cached: '', given: false }),
      untilStopped: options.untilStopped ?? (() => Promise.resolve()),
    };
    const code = await run(argv, io);
    return { code, out, err, json: (): unknown => JSON.parse(out) };
  };
  return { folder, run: (...argv) => start(argv, null), answering: (answer, ...argv) => start(argv, answer) };
}

/** Stands for Temporal: notes what it is told. */
export interface FakeWorkflows extends WorkflowDoor {
  readonly told: { readonly workflowId: string; readonly decision: Decision }[];
}

/** The command line beside a running process that serves this database through the admin socket. */
export async function openServedCli(db: Database, workflows: WorkflowDoor = createFakeWorkflows()): Promise<TestCli> {
  const cli = await openCli();
  await mkdir(join(cli.folder, '.deskbridge'), { mode: 0o700 });
  const server = await createAdminServer({
    tasks,
    socketPath: adminSocketPath(cli.folder),
    store: embeddedStoreOf(cli.folder),
    db,
    workflows,
  });
  onTestFinished(() => server.close());
  return cli;
}

/** The name of the store that a folder has where its configuration names none. */
export function embeddedStoreOf(folder: string): string {
  return `embedded ${join(folder, '.deskbridge', 'store')}`;
}

/** Takes every decision. */
export function createFakeWorkflows(): FakeWorkflows {
  const told: FakeWorkflows['told'] = [];
  return {
    told,
    update: (workflowId, decision) => {
      told.push({ workflowId, decision });
      return Promise.resolve(`${decision.kind}: accepted`);
    },
    link: (workflowId) => `http://temporal.test/${workflowId}`,
    check: () => Promise.resolve(),
  };
}

/** The repository's package.json. */
export async function readPackage(): Promise<unknown> {
  return JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
}
