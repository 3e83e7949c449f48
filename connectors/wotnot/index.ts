import { wotnotConfig } from './config.ts';
import { wotnotFacts } from './receive/facts.ts';
import { readWotnot } from './receive/read.ts';
import { wotnotRefusal, wotnotWarnings } from './refusals.ts';
import { beginVerifyWotnot, verifyWotnot } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { WotnotSettings } from './config.ts';

const PLAIN = { facts: {}, maybe: { 'conversation.id': 'string', 'bot.id': 'string' } } as const;

/** WotNot (WotNot public API, Events). Only the payload of `conversation_create` is published. */
export const wotnot: Connector<WotnotSettings> = {
  type: 'wotnot',
  title: 'WotNot',
  docs: 'https://docs.wotnot.io',
  example: '{ type: wotnot, account: 876, token: env:WOTNOT_TOKEN, webhookToken: env:WOTNOT_WEBHOOK_TOKEN }',
  config: wotnotConfig,
  receives: {
    refusal: wotnotRefusal,
    warnings: wotnotWarnings,
    verify: verifyWotnot,
    beginVerify: beginVerifyWotnot,
    read: readWotnot,
    facts: wotnotFacts,
    topics: {
      conversation_create: PLAIN,
      message: PLAIN,
      message_status: PLAIN,
      status: PLAIN,
      assignee_change: PLAIN,
      sla_breached: PLAIN,
      variables: PLAIN,
      conversation_labels: PLAIN,
      note: PLAIN,
    },
    // Nothing is documented about retries and sizes: assume that a lost request stays lost. Events come in batches.
    sender: () => ({ retries: false, unavailable: 503, largestBody: 8_000_000 }),
  },
};
