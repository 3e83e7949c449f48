// Bundles the compiled workflows for the worker. Run by build.mjs after tsc, in the project's folder.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const FAILURE_CONVERTER = resolve('dist/workflows/failure-converter.cjs');
const TARGET = resolve('dist/workflow-bundle.js');

const quiet = () => undefined;
const logger = {
  log: quiet,
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: (/** @type {string} */ text) => console.error(text),
  error: (/** @type {string} */ text) => console.error(text),
};

const { code } = await bundleWorkflowCode({
  workflowsPath: resolve('dist/workflows/index.js'),
  logger,
  ...(existsSync(FAILURE_CONVERTER) ? { failureConverterPath: FAILURE_CONVERTER } : {}),
});
// Written beside and renamed, so that a worker never loads half a bundle.
writeFileSync(`${TARGET}.tmp`, code);
renameSync(`${TARGET}.tmp`, TARGET);
