import { readFileSync } from 'node:fs';
import type { Config, Loaded } from '../config.ts';
import { type ConnectionSettings, installed } from '../installed.ts';
import { loadConfig } from './load.ts';

/** A complete configuration of the installed connectors: what every process is given. */
export type DeskbridgeConfig = Config<ConnectionSettings>;

/** Reads a configuration file from the disk, with this process's environment. The one place that reads either. */
export function readConfigFile(path: string, options: { readonly production?: boolean } = {}): Loaded<ConnectionSettings> {
  return loadConfig({ path, env: process.env, readFile: (file) => readFileSync(file, 'utf8'), ...options }, installed);
}
