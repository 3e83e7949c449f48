import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** Bodies below are sent as they are. */
const LARGE_BYTES = 200_000;
/** No body is larger, by far: what unpacks to more is not ours. */
const MOST_BYTES = 64 * 1024 * 1024;
/** The window sees a whole body: what makes bodies large is the same text several times over. Quality 4 packs 8 MB in some 30 ms. */
const OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 24 } };

/** Bytes as they stand in a payload: base64, of the packed bytes where `packed` says so. */
export interface Packed {
  readonly raw: string;
  readonly packed?: 'br';
}

/** Packs a large body where that makes it smaller. Synchronous, so that events keep their order. */
export function pack(body: Buffer): Packed {
  if (body.length < LARGE_BYTES) return { raw: body.toString('base64') };
  const packed = brotliCompressSync(body, OPTIONS);
  return packed.length < body.length ? { raw: packed.toString('base64'), packed: 'br' } : { raw: body.toString('base64') };
}

/** The body again. */
export function unpack({ raw, packed }: Packed): Buffer {
  const bytes = Buffer.from(raw, 'base64');
  return packed === undefined ? bytes : brotliDecompressSync(bytes, { maxOutputLength: MOST_BYTES });
}
