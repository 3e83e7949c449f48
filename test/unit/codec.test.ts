import { describe, expect, it } from 'vitest';
import { createPayloadCodec } from '../../temporal/codec.ts';
import type { Payload } from '@temporalio/common';
import type { EncryptionKey } from '../../temporal/codec.ts';

const OLD = { id: 'old', bytes: Buffer.alloc(32, 1) };
const NEW = { id: 'new', bytes: Buffer.alloc(32, 2) };
const CLEAR: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"a name"') };

/** What a replica with the second keys makes of what one with the first keys wrote. */
async function pass(from: readonly EncryptionKey[], to: readonly EncryptionKey[]): Promise<string> {
  const wire = await createPayloadCodec(from).encode([CLEAR]);
  expect(Buffer.from(wire[0]?.data ?? []).toString('latin1')).not.toContain('a name');
  const [back] = await createPayloadCodec(to).decode(wire);
  return Buffer.from(back?.data ?? []).toString();
}

describe('keys are rotated in three rounds', () => {
  const before = [OLD];
  const known = [OLD, NEW];
  const promoted = [NEW, OLD];
  const after = [NEW];

  it.each([
    ['first: some know the new key, others do not', before, known],
    ['second: some write with it, others still with the old one', known, promoted],
  ])('%s: each reads what any other wrote', async (_name, one, other) => {
    for (const from of [one, other]) for (const to of [one, other]) expect(await pass(from, to)).toBe('"a name"');
  });

  it('third: without the old key all that was written since is read, and what is older is refused by name', async () => {
    expect(await pass(promoted, after)).toBe('"a name"');
    await expect(pass(before, after)).rejects.toThrow('No key with id "old": add it to encryption.previousKeys');
  });

  it('not in two: a replica that does not know the new key yet cannot read what others write with it', async () => {
    await expect(pass(promoted, before)).rejects.toThrow('No key with id "new"');
  });

  it('the first key encrypts, whatever the others are', async () => {
    const [payload] = await createPayloadCodec(known).encode([CLEAR]);
    expect(Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('old');
  });
});

describe('payloads that are not ours', () => {
  it('pass through decoding unchanged', async () => {
    expect(await createPayloadCodec([OLD]).decode([CLEAR])).toEqual([CLEAR]);
  });
});
