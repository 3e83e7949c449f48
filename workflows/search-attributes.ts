import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Our search attributes: plain text in Temporal's visibility store, so never personal data. Registered by `temporal/register.ts`. */
export const SEARCH_ATTRIBUTES = {
  flow: defineSearchAttributeKey('DeskFlow', SearchAttributeType.KEYWORD),
  connection: defineSearchAttributeKey('DeskConnection', SearchAttributeType.KEYWORD),
  event: defineSearchAttributeKey('DeskEvent', SearchAttributeType.KEYWORD),
  record: defineSearchAttributeKey('DeskRecord', SearchAttributeType.KEYWORD),
  job: defineSearchAttributeKey('DeskJob', SearchAttributeType.KEYWORD),
  outcome: defineSearchAttributeKey('DeskOutcome', SearchAttributeType.KEYWORD),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
} as const;
