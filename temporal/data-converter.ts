import { fileURLToPath } from 'node:url';
import { createPayloadCodec } from './codec.ts';
import type { DataConverter } from '@temporalio/common';
import type { EncryptionKey } from './codec.ts';

/** Where the failure converter lies; the SDK loads it by path, here and in the workflow bundle. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('../workflows/failure-converter.cjs', import.meta.url));

/** The data converter of every client and worker: values and failures encrypted. */
export function createDataConverter(keys: readonly EncryptionKey[]): DataConverter {
  return { payloadCodecs: [createPayloadCodec(keys)], failureConverterPath: FAILURE_CONVERTER_PATH };
}
