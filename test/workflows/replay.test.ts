import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataConverter, FAILURE_CONVERTER_PATH } from '../../temporal/data-converter.ts';

const FOLDER = fileURLToPath(new URL('histories/', import.meta.url));
/** Of code before today's, where that did otherwise; not recorded anew by `npm run histories`. */
const EARLIER_FOLDER = fileURLToPath(new URL('earlier/', import.meta.url));
const HISTORIES = [FOLDER, EARLIER_FOLDER]
  .flatMap((folder) => readdirSync(folder).map((file) => ({ name: file.replace('.json', ''), history: readHistory(`${folder}${file}`) })))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
/** The key that the stack of the tests encrypts with: it opens nothing else. */
const TEST_KEY = { id: 'test', bytes: Buffer.alloc(32, 7) };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deskbridge-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a recorded history', () => {
  it('is there of every way in which a workflow of ours can end', () => {
    expect(HISTORIES.map(({ name }) => name)).toEqual([
      'batch-failed',
      'batch-happy',
      'delivery-given-back',
      'delivery-gone',
      'delivery-happy',
      'delivery-looked-again',
      'delivery-lost',
      'delivery-lost-while-parked',
      'delivery-parked-after-retries',
      'delivery-parked-edit',
      'delivery-parked-retry',
      'delivery-parked-skip',
      'delivery-released',
      'delivery-retried',
      'delivery-thread',
      'delivery-told-already',
      'intake',
    ]);
  });

  it("replays on today's workflows", async () => {
    expect(await replay('../../workflows/index.ts')).toEqual(HISTORIES.map(({ name }) => [name, 'replayed']));
  });

  it('fails on workflows that were changed under it', async () => {
    expect(await replay('changed/index.ts')).toEqual(HISTORIES.map(({ name }) => [name, 'DeterminismViolationError']));
  });
});

function readHistory(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** What came of each history: `replayed`, or the name of the error. */
async function replay(workflows: string): Promise<readonly (readonly [string, string])[]> {
  const workflowsPath = fileURLToPath(new URL(workflows, import.meta.url));
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    logger: new DefaultLogger('ERROR'),
  });
  const codePath = join(folder, 'workflows.js');
  writeFileSync(codePath, code);
  const options = { workflowBundle: { codePath }, dataConverter: createDataConverter([TEST_KEY]), replayName: 'histories' };
  const results: (readonly [string, string])[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(
    options,
    HISTORIES.map(({ name, history }) => ({ workflowId: name, history })),
  )) {
    results.push([workflowId, error?.name ?? 'replayed']);
  }
  return results.sort(([a], [b]) => (a < b ? -1 : 1));
}
