import { slackHeaders } from './call/access.ts';
import { createSlackClient } from './ports/chat.ts';
import { slackConfig } from './config.ts';
import { slackFacts } from './receive/facts.ts';
import { slackHandshake } from './receive/handshake.ts';
import { readSlack } from './receive/read.ts';
import { slackRefusal, slackWarnings } from './refusals.ts';
import { beginVerifySlack, slackSentAt, verifySlack } from './receive/verify.ts';
import type { Connector } from '../connector.ts';
import type { SlackSettings } from './config.ts';

const PLACE = { 'team.id': 'string', 'channel.id': 'string', 'user.id': 'string', 'message.ts': 'string', 'thread.ts': 'string' } as const;
const EVENT = { facts: { 'bot.id': 'string', 'app.id': 'string', subtype: 'string' }, maybe: PLACE } as const;
const INTERACTION = { facts: {}, maybe: { ...PLACE, 'action.id': 'string', 'callback.id': 'string' } } as const;
const PLAIN = { facts: {}, maybe: { 'team.id': 'string' } } as const;

/** Slack (docs.slack.dev/apis/events-api). Slash commands have topics of their own name: `command.<name>`. */
export const slack: Connector<SlackSettings> = {
  type: 'slack',
  title: 'Slack',
  docs: 'https://docs.slack.dev',
  example: '{ type: slack, token: env:SLACK_TOKEN, signingSecret: env:SLACK_SIGNING_SECRET }',
  config: slackConfig,
  receives: {
    refusal: slackRefusal,
    warnings: slackWarnings,
    handshake: slackHandshake,
    verify: verifySlack,
    beginVerify: beginVerifySlack,
    read: readSlack,
    sentAt: slackSentAt,
    facts: slackFacts,
    topics: {
      'event.message': EVENT,
      'event.app_mention': EVENT,
      'event.reaction_added': EVENT,
      'event.reaction_removed': EVENT,
      'event.app_rate_limited': PLAIN,
      'event.app_uninstalled': PLAIN,
      'event.tokens_revoked': PLAIN,
      'interaction.block_actions': INTERACTION,
      'interaction.message_action': INTERACTION,
      'interaction.shortcut': INTERACTION,
      'interaction.view_submission': INTERACTION,
      'interaction.view_closed': INTERACTION,
    },
    // Three more attempts: at once, after about 1 and 5 minutes (docs.slack.dev/apis/events-api, Retries).
    sender: () => ({ retries: true, unavailable: 503 }),
  },
  calls: {
    origin: ({ baseUrl }) => baseUrl,
    headers: ({ token }) => slackHeaders(token),
    requestIdHeader: 'x-slack-req-id',
    probe: (at) => createSlackClient(at).probe(),
    lacks: (at) => createSlackClient(at).lacks(),
    ports: { chat: { open: createSlackClient } },
  },
};
