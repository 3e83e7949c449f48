import { createDataConverter } from '../../temporal/data-converter.ts';
import type { DataConverter } from '@temporalio/common';

/** The payload codec of a fault run; its key is no secret. */
export function createChaosConverter(): DataConverter {
  return createDataConverter([{ id: 'chaos', bytes: Buffer.alloc(32, 1) }]);
}
