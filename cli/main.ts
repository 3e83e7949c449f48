#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { readTemporalCliPath } from '../config/environment.ts';
import { readConfigFile } from '../config/read.ts';
import { waitForSignal } from './processes/shutdown.ts';
import { run } from './run.ts';
import type { Io } from './io.ts';

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
  temporalCliPath: readTemporalCliPath(),
  untilStopped: async () => void (await waitForSignal()),
};

// A reader that stops early (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), io);
