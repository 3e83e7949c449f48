import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../bench/free-port.ts';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { FAILURE_CONVERTER_PATH } from '../../temporal/data-converter.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 1_000;

const SEARCH_ATTRIBUTES = [
  'DeskFlow=Keyword',
  'DeskConnection=Keyword',
  'DeskEvent=Keyword',
  'DeskRecord=Keyword',
  'DeskJob=Keyword',
  'DeskOutcome=Keyword',
  'NeedsAttention=Bool',
];

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port of the run's Temporal dev server; also in the environment as TEST_TEMPORAL_ADDRESS. */
    temporalAddress: string;
  }
}

/** Global set-up of the Temporal tests: one dev server in memory for the whole run, with our search attributes, and one workflow bundle. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_TEMPORAL_ADDRESS'];
  const server = given ? { address: given, stop: async (): Promise<void> => undefined } : await startDevServer();
  process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
  project.provide('temporalAddress', server.address);
  const bundle = await bundleWorkflows();
  process.env['TEST_WORKFLOW_BUNDLE'] = bundle.path;
  return async () => {
    bundle.remove();
    await server.stop();
  };
}

/** Today's workflows, bundled once for all test files. */
async function bundleWorkflows(): Promise<{ path: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'deskbridge-bundle-'));
  const path = join(folder, 'workflows.js');
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(path, code);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

async function startDevServer(): Promise<{ address: string; stop: () => Promise<void> }> {
  const cli = await findTemporalCli();
  const port = await freePort();
  const attributes = SEARCH_ATTRIBUTES.flatMap((attribute) => ['--search-attribute', attribute]);
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error', ...attributes];
  const child = spawn(cli.path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  const address = `127.0.0.1:${port}`;
  await waitUntilServing(address, child, () => log);
  return { address, stop: () => stop(child) };
}

async function waitUntilServing(address: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`The Temporal dev server ended with code ${child.exitCode}:\n${log()}`);
    if (await answers(address)) return;
  }
  await stop(child);
  throw new Error(`The Temporal dev server did not answer on ${address} within ${START_TIMEOUT_MS} ms:\n${log()}`);
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(force);
}
