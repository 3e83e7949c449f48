import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CONNECTOR_ERROR_CODES, STEP_CODES } from '../../model/step-codes.ts';
import { GATE_STATES } from '../../store/gates/gate.ts';

const OPERATIONS = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
const [, WHY = ''] = /^## Why a delivery is parked(.*?)^## /ms.exec(OPERATIONS) ?? [];
const ROWS = WHY.split('\n').filter((line) => line.startsWith('| `'));

it.each([...CONNECTOR_ERROR_CODES, ...STEP_CODES])('an operator finds in docs/operations.md what to do about %s', (code) => {
  const codes = ROWS.map((row) => row.split('|')[1] ?? '');
  expect(codes.filter((cell) => cell.includes(`\`${code}\``))).toHaveLength(1);
});

it('a closed gate of each state has its code', () => {
  const codes: readonly string[] = STEP_CODES;
  expect(Object.keys(GATE_STATES).filter((state) => !codes.includes(`gate_${state}`))).toEqual([]);
});
