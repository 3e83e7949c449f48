import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { freePort } from '../../bench/rig/free-port.ts';
import { findTemporalCli } from '../../setup/temporal-cli.mjs';
import { FAILURE_CONVERTER_PATH } from '../../temporal/data-converter.ts';
import { startDevServer } from '../../temporal/dev-server.ts';
import type { DevServer } from '../../temporal/dev-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** host:port of the run's Temporal dev server; also in the environment as TEST_TEMPORAL_ADDRESS. */
    temporalAddress: string;
  }
}

/** Global set-up of the Temporal tests: one dev server in memory for the whole run, with our search attributes, and one workflow bundle. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_TEMPORAL_ADDRESS'];
  const server = given ? { address: given, stop: async (): Promise<void> => undefined } : await startShared();
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

/** In memory, on ports of its own; once more where another process snatched one of those that it chooses itself. */
async function startShared(): Promise<DevServer> {
  const { path: cliPath } = await findTemporalCli();
  const start = async (): Promise<DevServer> =>
    startDevServer({ cliPath, port: await freePort(), uiPort: await freePort(), dbFile: null, codecEndpoint: null });
  return start().catch(start);
}
