import { z } from 'zod';
import { connectionProblems, templateProblems } from '../check.ts';
import type { FlowKind } from '../flow.ts';
import { DEFAULT_HEADER, DEFAULT_MESSAGE, HEADER_FIELDS, MESSAGE_FIELDS } from './text.ts';

/** Header and message together stay well within a Slack message. */
const MAX_SLACK_TEMPLATE_CHARS = 500;

/** What `with:` takes for `do: slack-thread`. */
export const slackThreadOptions = z.strictObject({
  connection: z.string().trim().min(1).describe('Name of the Slack connection that posts.'),
  channel: z
    .string()
    .trim()
    .regex(/^[CGD][A-Z0-9]{2,}$/, {
      error: 'expected a channel id such as C0123ABCD (open the channel details in Slack, it is shown at the bottom)',
    })
    .describe('Id of the channel, such as C0123ABCD.'),
  privateNotes: z.boolean().default(false).describe('Whether private notes are posted too, with the prefix `private:`.'),
  header: z
    .string()
    .min(1)
    .max(MAX_SLACK_TEMPLATE_CHARS)
    .default(DEFAULT_HEADER)
    .describe(`Template of the thread's first lines, in Slack's mrkdwn. Fields: ${HEADER_FIELDS.join(', ')}.`),
  message: z
    .string()
    .min(1)
    .max(MAX_SLACK_TEMPLATE_CHARS)
    .default(DEFAULT_MESSAGE)
    .describe(`Template of each message, in Slack's mrkdwn; files are listed below it. Fields: ${MESSAGE_FIELDS.join(', ')}.`),
});

export type SlackThreadOptions = z.infer<typeof slackThreadOptions>;

const TOPICS = ['conversation.created', 'message.created'] as const;

/** Mirrors each conversation into a thread of a Slack channel. */
export const slackThread: FlowKind<'slack-thread', SlackThreadOptions> = {
  name: 'slack-thread',
  summary:
    'Mirrors each conversation into a thread of its own in a Slack channel: one thread a conversation, its messages as replies, in order.',
  options: slackThreadOptions,
  order: 'record',
  coalesce: false,
  asksSender: true,
  topics: { helpdesk: TOPICS },
  connections: (options) => [options.connection],
  check: (options, context) => [
    ...connectionProblems(context, { path: ['connection'], name: options.connection, role: 'chat', what: 'a team chat' }),
    ...templateProblems(['header'], options.header, HEADER_FIELDS),
    ...templateProblems(['message'], options.message, MESSAGE_FIELDS),
  ],
};
