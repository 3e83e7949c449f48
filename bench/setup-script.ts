import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Of what a script says when it fails; the rest is its progress. */
const LAST_LINES = 6;
/** Where set-up's scripts are, from the sources and from the build. */
const FOLDER = extname(fileURLToPath(import.meta.url)) === '.ts' ? '../setup' : '../../setup';

/**
 * Runs one of set-up's scripts that find or make a program, and gives what it answers (JSON). Its progress goes to our standard error.
 * Throws with its last words: they say what is missing and what to do.
 */
export async function runSetupScript(name: string): Promise<unknown> {
  const path = fileURLToPath(new URL(`${FOLDER}/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
  let answer = '';
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
    process.stderr.write(chunk);
  });
  await once(child, 'close');
  if (child.exitCode === 0) return JSON.parse(answer);
  throw new Error(words.trim().split('\n').slice(-LAST_LINES).join('\n') || `setup/${name}.mjs ended with ${child.exitCode ?? 'a signal'}`);
}
