import { tally } from './tally.ts';
import type { Sandbox } from '../sandbox/main.ts';
import type { People } from './people.ts';
import type { EffectRow, Found } from './tally.ts';

const OK = 200;
const REDIRECT = 300;
const SERVER_ERROR = 500;

/** What one sender's webhooks came to; every attempt counts. */
export interface SenderRow {
  readonly sender: string;
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Nobody answered, or with 5xx. */
  readonly unanswered: number;
}

/** What the demo ends with. */
export interface Outcome {
  readonly right: boolean;
  readonly senders: readonly SenderRow[];
  readonly effects: readonly EffectRow[];
  /** Deliveries that wait for a person. */
  readonly parked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** Invoices whose note waits for a person, and what the demo itself sent beside the sandbox. */
export interface Circumstances {
  readonly waitingInvoices: readonly string[];
  readonly forged: readonly number[];
  readonly parked: number;
}

/** Compares what the sandbox's people did with what the remote systems hold. */
export function judge(sandbox: Sandbox, people: People, { waitingInvoices, forged, parked }: Circumstances): Outcome {
  const invoices = people.invoices.filter((invoice) => !waitingInvoices.includes(invoice));
  const effects = tally(people.said, invoices, lookAround(sandbox));
  const senders = [
    toRow(
      'Chatwoot',
      sandbox.chatwoot.hooks.attempts().map(({ status }) => status),
    ),
    toRow(
      'Deskwoot',
      sandbox.deskwoot.hooks.attempts().map(({ status }) => status),
    ),
    toRow(
      'Stripe',
      sandbox.stripe.hooks.attempts().map(({ status }) => status),
    ),
    toRow('a forger', forged),
  ];
  const [lost, doubled, outOfOrder] = [
    sum(effects, (row) => row.lost),
    sum(effects, (row) => row.doubled),
    sum(effects, (row) => row.outOfOrder ?? 0),
  ];
  const refused = sum(senders, (row) => row.refused);
  const right = lost + doubled + outOfOrder === 0 && refused === forged.length && parked === waitingInvoices.length;
  return { right, senders, effects, parked, lost, doubled, outOfOrder };
}

/** What Slack and the helpdesks hold. */
export function lookAround({ slack, chatwoot, deskwoot }: Sandbox): Found {
  const threads = slack
    .threads(slack.state.channels.keys().next().value ?? '')
    .map(({ text, replies }) => [text, ...replies.map((reply) => reply.text)]);
  const notes = [
    ...[...chatwoot.state.conversations.values()].flatMap(({ messages }) =>
      messages.filter((one) => one.private).map(({ content }) => content ?? ''),
    ),
    ...[...deskwoot.state.conversations.values()].flatMap(({ messages }) =>
      messages.filter((one) => one.private).map(({ content }) => content),
    ),
  ];
  return { threads, notes };
}

function toRow(sender: string, statuses: readonly number[]): SenderRow {
  const count = (from: number, to: number): number => statuses.filter((status) => status >= from && status < to).length;
  const [accepted, refused] = [count(OK, REDIRECT), count(REDIRECT, SERVER_ERROR)];
  return { sender, sent: statuses.length, accepted, refused, unanswered: statuses.length - accepted - refused };
}

function sum<Row>(rows: readonly Row[], value: (row: Row) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}
