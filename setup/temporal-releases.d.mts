import type { Release } from './temporal-cli.mjs';

export const CLI_VERSION: string;
export const MINIMUM_VERSION: string;
export function releaseFor(platform: string, arch: string): Release;
