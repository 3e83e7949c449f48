import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const EXTENSION = extname(fileURLToPath(import.meta.url));

/** The product's workflows with the flow of a measurement (`<name>/flow.ts`) in the place of the product's flows. */
export function bundleOurs(name: 'ingest' | 'chaos'): Promise<{ readonly code: string }> {
  const alias = { [pathOf('../../flows/runs')]: pathOf(`../${name}/flow`) };
  return bundleWorkflowCode({
    workflowsPath: pathOf('../../workflows/index'),
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: (config) => ({ ...config, resolve: { ...config.resolve, alias: { ...config.resolve?.alias, ...alias } } }),
  });
}

/** The workflow of the bare way. */
export function bundleBare(): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ workflowsPath: pathOf('../ingest/bare-workflows'), logger: new DefaultLogger('ERROR') });
}

/** Sources and build have the same layout; this file's own extension tells which of them runs. */
function pathOf(module: string): string {
  return fileURLToPath(new URL(`${module}${EXTENSION}`, import.meta.url));
}
