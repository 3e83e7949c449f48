import { z } from 'zod';
import type { FlowKind } from '../flow.ts';
import { connectionProblems, templateProblems } from '../check.ts';
import { MAX_TEMPLATE_CHARS } from '../template.ts';
import { DEFAULT_NOTE, DEFAULT_OPENING, NOTE_FIELDS, OPENING_FIELDS } from './text.ts';

const name = z.string().trim().min(1);

/** What `with:` takes for `do: open-conversation`. */
export const openConversationOptions = z.strictObject({
  connection: name.default('helpdesk').describe('Name of the helpdesk connection in which the conversation is opened.'),
  inbox: name.describe('Name or id of the inbox in which the conversation is opened.'),
  label: name.nullable().default(null).describe('Label to add to the conversation. It must exist in the helpdesk.'),
  priority: z
    .enum(['urgent', 'high', 'medium', 'low'])
    .nullable()
    .default(null)
    .describe('Priority to give the conversation: urgent, high, medium or low.'),
  assignee: name.nullable().default(null).describe('Agent to assign: name, e-mail address or id.'),
  team: name.nullable().default(null).describe('Team to assign: name or id.'),
  reuse: z
    .enum(['open', 'any', 'never'])
    .default('open')
    .describe(
      'Which conversation of the contact in the inbox is used again: `open`: the newest one unless it is resolved; `any`: the newest one, reopened if need be; `never`: always a new one.',
    ),
  note: z
    .string()
    .min(1)
    .max(MAX_TEMPLATE_CHARS)
    .default(DEFAULT_NOTE)
    .describe(`Template of the private note. Fields: ${NOTE_FIELDS.join(', ')}.`),
  opening: z
    .string()
    .min(1)
    .max(MAX_TEMPLATE_CHARS)
    .default(DEFAULT_OPENING)
    .describe(
      `Template of the first message, for helpdesks that insist on one; the customer may see it. Fields: ${OPENING_FIELDS.join(', ')}.`,
    ),
});

export type OpenConversationOptions = z.infer<typeof openConversationOptions>;

/** Opens (or reuses) a conversation about a payment that failed, with a private note for the agents. */
export const openConversation: FlowKind<'open-conversation', OpenConversationOptions> = {
  name: 'open-conversation',
  summary: 'Opens or reuses a conversation with the customer whose payment failed, and tells the agents about it in a private note.',
  options: openConversationOptions,
  order: 'record',
  // Two invoices of one customer side by side would each create the contact and a conversation.
  orderBy: 'customer.id',
  coalesce: false,
  asksSender: true,
  topics: { billing: ['invoice.payment_failed'] },
  connections: (options) => [options.connection],
  check: (options, context) => [
    ...connectionProblems(context, { path: ['connection'], name: options.connection, role: 'helpdesk', what: 'a helpdesk' }),
    ...templateProblems(['note'], options.note, NOTE_FIELDS),
    ...templateProblems(['opening'], options.opening, OPENING_FIELDS),
  ],
};
