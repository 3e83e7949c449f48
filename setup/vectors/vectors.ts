import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CONNECTION_OF } from './connection.ts';
import { parseVectorFile } from './file.ts';
import { checkPrimitives, checkRefusedSecrets, runRequests } from './run.ts';
import type { CaseResult } from './run.ts';

const HELP = `Holds the receiver against files of signature test vectors, over HTTP.

  npm run vectors -- DIR [--json] [--help]

DIR     a folder of vector files (*.json)
--json  one JSON object per case instead of text

For every file the real receiver is started on a free port with an empty inbox, its clock is set to each case's
time, and the case's exact bytes are sent. Failures are printed; the last line is "N passed, N failed".
Exit status: 0 all passed, 1 some failed, 2 nothing could be checked.
`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await runVectors(process.argv.slice(2), (text) => void process.stdout.write(text));

/** Runs the command with its arguments; `write` takes what is printed. Gives the exit status. */
export async function runVectors(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [folder] = positionals;
  if (values.help || folder === undefined) {
    write(HELP);
    return values.help ? 0 : 2;
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) {
    write('no vector files: expected *.json in the folder; pass the folder that holds them\n0 passed, 0 failed\n');
    return 2;
  }
  const results: CaseResult[] = [];
  for (const name of names) results.push(...(await checkFile(join(folder, name))));
  return report(results, values.json ?? false, write);
}

async function checkFile(path: string): Promise<readonly CaseResult[]> {
  const name = basename(path, '.json');
  const file = parseVectorFile(JSON.parse(await readFile(path, 'utf8')));
  if (file.kind === 'primitives') return checkPrimitives(name, file.cases);
  const connectionOf = CONNECTION_OF[name];
  const [sample] = file.cases;
  if (!connectionOf || !sample)
    return [{ file: name, name: '*', problems: [`no connector for this file; expected one of ${Object.keys(CONNECTION_OF).join(', ')}`] }];
  return [...(await runRequests(name, file.cases, connectionOf)), ...checkRefusedSecrets(name, file.refusedSecrets, sample, connectionOf)];
}

function report(results: readonly CaseResult[], json: boolean, write: (text: string) => void): number {
  const failed = results.filter((result) => result.problems.length > 0);
  const lines = json
    ? results.map((result) => JSON.stringify({ ...result, passed: result.problems.length === 0 }))
    : failed.map((result) => `FAILED ${result.file} / ${result.name}\n${result.problems.map((problem) => `  ${problem}`).join('\n')}`);
  lines.push(`${results.length - failed.length} passed, ${failed.length} failed`);
  write(`${lines.join('\n')}\n`);
  return failed.length > 0 ? 1 : 0;
}
