import { performance } from 'node:perf_hooks';
import type { ActionTable } from '../steps/action.ts';
import { createChangeActions } from './change.ts';
import { createContactActions } from './contact.ts';
import { createConversationActions } from './conversation.ts';
import { echoActions } from './echo.ts';
import { factActions } from './fact.ts';
import { invoiceActions } from './invoice.ts';
import { messageActions } from './message.ts';
import { createNameCache } from './names.ts';
import { threadActions } from './thread.ts';

/** Every action that flows can ask for. `nowMs` tells the time for the cache of names, in milliseconds from any origin. */
export function createActions(nowMs: () => number = () => performance.now()): ActionTable {
  const names = createNameCache(nowMs);
  return {
    ...invoiceActions,
    ...factActions,
    ...echoActions,
    ...createContactActions(names),
    ...createConversationActions(names),
    ...createChangeActions(names),
    ...messageActions,
    ...threadActions,
  };
}
