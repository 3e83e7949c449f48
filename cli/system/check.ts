import { z } from 'zod';
import { formatProblems, problemsToJson } from '../../config/read/report.ts';
import { addCommand, baseOptions, onRun } from '../terminal/command.ts';
import { CliFailure, ConfigRefused } from '../../operator/fail.ts';
import { probeOnline } from './probe-online.ts';
import { count, print } from '../terminal/print.ts';
import { toWebhookUrl } from '../../operator/webhook-url.ts';
import { formatCheck } from './check-text.ts';
import type { Command } from 'commander';
import type { Io } from '../terminal/io.ts';
import type { DeskbridgeConfig } from '../../config/read/read.ts';
import type { CheckSummary } from './check-text.ts';

/** `check`: every problem of the configuration, or a summary of it. */
export function registerCheck(program: Command, io: Io): void {
  const command = addCommand(program, {
    usage: 'check',
    summary: 'checks the configuration; with --online the connected systems too',
    example: 'deskbridge check --online',
  })
    .option('--online', 'also ask every connection, Temporal and the store whether they answer')
    .option('--production', 'as `server` and `worker` would: embedded parts must be allowed by name');
  onRun(
    command,
    z.object({ ...baseOptions, online: z.boolean().default(false), production: z.boolean().default(false) }),
    async (options) => {
      const loaded = io.readConfig(options.config, options.production ? { production: true } : {});
      if (!loaded.ok)
        throw new ConfigRefused(formatProblems(loaded.problems, loaded.warnings), problemsToJson(loaded.problems, loaded.warnings));
      const { config, warnings } = loaded;
      const online = options.online ? await probeOnline(io, options.config, config) : null;
      const summary = toSummary(config);
      print(io, options, { ok: true, problems: [], warnings, ...summary, online }, () => formatCheck(summary, warnings, online));
      const failed = online?.filter((part) => !part.ok) ?? [];
      if (failed.length > 0)
        throw new CliFailure(
          `${count(failed.length, 'part')} did not answer as ${failed.length === 1 ? 'it' : 'they'} should: ${failed.map((part) => part.part).join(', ')}.`,
        );
    },
  );
}

function toSummary(config: DeskbridgeConfig): CheckSummary {
  return {
    connections: config.connections.map(({ name, type }) => ({ name, type, webhook: toWebhookUrl(config, name) })),
    flows: config.flows.map((flow) => ({
      name: flow.name,
      do: flow.do,
      on: flow.on.map(({ connection, topic }) => `${connection}/${topic}`),
      paused: flow.paused,
    })),
  };
}
