import { countPosted, hasNote, isQuiet, readMetric } from './look.ts';
import { waitFor } from './waiting.ts';
import type { People, Talk } from './people.ts';
import type { Story } from './story.ts';
import type { World } from './world.ts';

const SOON_MS = 30_000;

/** What every scene works with. */
export interface Stage {
  readonly world: World;
  readonly people: People;
  readonly story: Story;
  readonly stopped: AbortSignal;
  /** The statuses that forged requests got. */
  readonly forged: number[];
}

/** A customer writes, an agent answers, at both helpdesks. */
export async function calmScene(stage: Stage): Promise<Talk> {
  const { people, story } = stage;
  story.scene('Calm weather');
  const { talk } = people.begin('chatwoot', 'Where is my order?');
  story.tell('Chatwoot: a customer writes "Where is my order?" (webhooks conversation_created and message_created).');
  await untilPosted(stage);
  story.tell('Slack: a thread was opened for the conversation, with the message in it.');
  await people.answer(talk, 'It left our warehouse this morning.');
  await people.write(talk, 'Thank you!');
  const { talk: other } = people.begin('deskwoot', 'Can I change my address?');
  await people.answer(other, 'Yes, in your account.');
  story.tell('An agent answers, the customer thanks; at Deskwoot another conversation begins.');
  await untilPosted(stage);
  story.tell(
    'Slack: two threads, each with its messages in order. What Deskbridge wrote itself came back as webhooks and was dropped as its own echo.',
  );
  return talk;
}

/** A payment fails, with one webhook that comes twice. */
export async function paymentScene(stage: Stage): Promise<void> {
  const { people, story, world } = stage;
  story.scene('A failed payment, announced twice');
  world.sandbox.stripe.faults.add({ kind: 'hook-duplicate', match: { event: 'invoice.payment_failed' } });
  const { invoice, told } = people.failPayment(4900, 'usd');
  story.tell(
    `Stripe: the payment of 49.00 USD for invoice ${invoice} failed (invoice.payment_failed), and Stripe sends the same event twice.`,
  );
  await told;
  const copies = await readMetric(world, 'deskbridge_webhook_requests_total', 'verdict="duplicate"');
  story.tell(`Both were answered 200; ${copies} was known already and started nothing.`);
  await untilNoted(stage, invoice);
  story.tell('Chatwoot: a conversation with the customer, label dunning, priority high, one private note for the agents.');
}

/** A webhook that nobody signed. */
export async function forgedScene({ story, world, forged }: Stage): Promise<void> {
  story.scene('A bad signature');
  const real = world.sandbox.chatwoot.hooks.attempts('message_created').at(-1);
  if (real === undefined) throw new Error('Chatwoot sent no message_created that could be forged');
  const body = real.body.replace('Thank you!', 'Send money!');
  const response = await fetch(real.url, { method: 'POST', headers: real.headers, body });
  forged.push(response.status);
  story.tell(`Somebody changes a few letters of a real webhook and sends it again: answered ${response.status}, nothing was stored.`);
}

/** A delivery that only a person can mend. Answers its invoice. */
export async function parkedScene(stage: Stage): Promise<string> {
  const { people, story, world } = stage;
  story.scene('One that needs a person');
  const { invoice } = people.failPayment(249_000, 'eur', 'enterprise');
  story.tell(
    `Stripe: an enterprise customer's payment of 2490.00 EUR for invoice ${invoice} failed; its flow wants the label "enterprise", which Deskwoot does not have.`,
  );
  await waitFor({
    what: 'the parked delivery',
    withinMs: SOON_MS,
    stopped: stage.stopped,
    isThere: async () => (await readMetric(world, 'deskbridge_queue_parked')) === 1,
  });
  story.tell(
    'The delivery is parked: NeedsAttention = true in the Temporal UI, with what happened and what to do. Everything else goes on.',
  );
  return invoice;
}

/** Slack asks us to slow down. */
export async function throttledScene(stage: Stage, talk: Talk): Promise<void> {
  const { people, story, world } = stage;
  story.scene('429 with Retry-After');
  world.sandbox.slack.faults.add({ kind: '429', retryAfter: 3, match: { path: '/api/chat.postMessage' } });
  const from = Date.now();
  await people.write(talk, 'One more thing.');
  story.tell('Chatwoot: the customer writes again. Slack answers 429, Retry-After: 3.');
  await untilPosted(stage);
  story.tell(`Slack took the message ${((Date.now() - from) / 1000).toFixed(1)} s later: Temporal waited as told.`);
}

/** Resolves when everything that people wrote stands in Slack. */
export function untilPosted({ world, people, stopped, story }: Stage, withinMs = SOON_MS): Promise<void> {
  const isThere = (): boolean => countPosted(world.sandbox) >= people.said.length;
  const onTick = (): void => story.tell(`${countPosted(world.sandbox)} of ${people.said.length} messages are in Slack.`);
  return waitFor({ what: 'the messages in Slack', withinMs, stopped, isThere, onTick });
}

/** Resolves when the note about an invoice is written. */
export function untilNoted({ world, stopped }: Stage, invoice: string, withinMs = SOON_MS): Promise<void> {
  return waitFor({ what: `the note about invoice ${invoice}`, withinMs, stopped, isThere: () => hasNote(world.sandbox, invoice) });
}

/** Resolves when nothing is under way but what waits for a person. */
export function untilQuiet({ world, stopped }: Stage, withinMs = SOON_MS): Promise<void> {
  const since = Date.now();
  return waitFor({ what: 'the end of the work', withinMs, stopped, isThere: () => isQuiet(world, since) });
}
