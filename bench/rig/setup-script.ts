import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a script's progress starts with; the other lines say what went wrong. */
const PROGRESS = 'setup: ';
/** Where set-up's scripts are, from the sources and from the build. */
const FOLDER = extname(fileURLToPath(import.meta.url)) === '.ts' ? '../../setup' : '../../../setup';

/**
 * Runs one of set-up's scripts that find or make a program, and gives what it answers (JSON). Its progress goes to our standard error.
 * Throws with what else it said: what is missing and what to do.
 */
export async function runSetupScript(name: string): Promise<unknown> {
  const path = fileURLToPath(new URL(`${FOLDER}/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let answer = '';
  let wrong = '';
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith(PROGRESS)) process.stderr.write(`${line}\n`);
    else wrong += `${line}\n`;
  });
  await once(child, 'close');
  if (child.exitCode === 0) return JSON.parse(answer);
  throw new Error(wrong.trim() || `setup/${name}.mjs ended with ${child.exitCode ?? 'a signal'}`);
}
