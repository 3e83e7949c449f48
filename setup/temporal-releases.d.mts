import type { Release } from './temporal-cli.mjs';

export function releaseFor(platform: string, arch: string): Release;
