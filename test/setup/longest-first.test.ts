import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LONGEST_FIRST } from '../helpers/longest-first.ts';

it.each(LONGEST_FIRST)('%s, which is to start among the first, is a test file', (name) => {
  expect(existsSync(new URL(`../${name}.test.ts`, import.meta.url))).toBe(true);
});
