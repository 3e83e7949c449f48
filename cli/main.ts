#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { readEnvironment } from '../config/read/environment.ts';
import { readConfigFile } from '../config/read/read.ts';
import { searchTemporalCli } from '../temporal/cli-search.mjs';
import { waitForSignal } from '../processes/shutdown.ts';
import { run } from './run.ts';
import type { Io } from './terminal/io.ts';

const LINGER_MS = 10_000;

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  now: Date.now,
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
  readConfig: readConfigFile,
  findTemporalCli: () => searchTemporalCli(readEnvironment()),
  untilStopped: async () => void (await waitForSignal()),
};

// A reader that stops early (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), io);
// The command is over. Whatever a part of it failed to close must not keep the process, or nobody learns of the exit code.
setTimeout(() => process.exit(), LINGER_MS).unref();
