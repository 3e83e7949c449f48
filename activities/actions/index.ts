import { performance } from 'node:perf_hooks';
import type { OperationTable } from '../steps/action.ts';
import { createChangeOperations } from './change.ts';
import { createContactOperations } from './contact.ts';
import { createConversationOperations } from './conversation.ts';
import { echoOperations } from './echo.ts';
import { factOperations } from './fact.ts';
import { invoiceOperations } from './invoice.ts';
import { messageOperations } from './message.ts';
import { createNameCache } from './names.ts';
import { threadOperations } from './thread.ts';

/** Every operation that flows can ask for. `nowMs` tells the time for the cache of names, in milliseconds from any origin. */
export function createOperations(nowMs: () => number = () => performance.now()): OperationTable {
  const names = createNameCache(nowMs);
  return {
    ...invoiceOperations,
    ...factOperations,
    ...echoOperations,
    ...createContactOperations(names),
    ...createConversationOperations(names),
    ...createChangeOperations(names),
    ...messageOperations,
    ...threadOperations,
  };
}
