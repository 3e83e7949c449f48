import type { JsonObject } from '../model/json.ts';
import type { FlowKind } from './flow.ts';
import { openConversation } from './open-conversation/options.ts';
import { slackThread } from './slack-thread/options.ts';

/**
 * Everything that `do:` can name, by name. Give `connections` and `check` only options that the same kind's `options` schema
 * returned. The runs stand in `runs.ts`, which workflows import.
 */
export const flowKinds: ReadonlyMap<string, FlowKind<string, JsonObject>> = new Map<string, FlowKind<string, JsonObject>>([
  [openConversation.name, openConversation],
  [slackThread.name, slackThread],
]);
