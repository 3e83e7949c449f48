import { countPosted } from './look.ts';
import { untilNoted, untilPosted, untilQuiet } from './scenes.ts';
import { waitFor } from './waiting.ts';
import type { Stage } from './scenes.ts';

const CONVERSATIONS = 40;
const MESSAGES_EACH = 8;
const RECOVERY_MS = 180_000;
const SOON_MS = 30_000;

/** A few hundred messages at once; in the middle the process that receives and works is killed and started again. */
export async function burstScene(stage: Stage): Promise<void> {
  const { people, story, world, stopped } = stage;
  story.scene('A burst, and kill -9 in the middle of it');
  const before = countPosted(world.sandbox);
  const from = Date.now();
  await writeMany(stage);
  const messages = CONVERSATIONS * MESSAGES_EACH;
  story.tell(
    `${messages} messages in ${CONVERSATIONS} conversations at both helpdesks: all webhooks were answered within ${((Date.now() - from) / 1000).toFixed(1)} s.`,
  );
  const enough = before + messages / 3;
  await waitFor({ what: 'the first third of the burst', withinMs: SOON_MS, stopped, isThere: () => countPosted(world.sandbox) >= enough });
  await world.app.kill();
  const posted = countPosted(world.sandbox) - before;
  story.tell(`kill -9 of the process that receives and works: ${posted} of ${messages} messages are in Slack, more are on their way.`);
  const { invoice, told } = people.failPayment(1900, 'usd');
  story.tell(`Stripe: a payment for invoice ${invoice} fails meanwhile. Nobody answers; Stripe will try again.`);
  const { pid, tookMs } = await world.app.start();
  story.tell(
    `Started again as process ${pid}, ready after ${(tookMs / 1000).toFixed(1)} s. What waited goes on at once; what the dead process had in hand, when its time-outs are over.`,
  );
  await untilPosted(stage, RECOVERY_MS);
  story.tell(`All ${messages} messages are in Slack.`);
  await told;
  await untilNoted(stage, invoice, RECOVERY_MS);
  story.tell(`Stripe tried again and was answered; the note about invoice ${invoice} is written.`);
  await untilQuiet(stage, RECOVERY_MS);
}

/** Conversations grow side by side, each in order. Resolves when every webhook was answered. */
async function writeMany({ people }: Stage): Promise<void> {
  const talks = Array.from({ length: CONVERSATIONS }, async (_nothing, index) => {
    const { talk, told } = people.begin(index % 4 === 0 ? 'deskwoot' : 'chatwoot', 'Hello, I have a question.');
    const rest = Array.from({ length: MESSAGES_EACH - 1 }, (_none, turn) =>
      turn % 2 === 0 ? people.answer(talk, 'Let me look that up for you.') : people.write(talk, 'And another one.'),
    );
    await Promise.all([told, ...rest]);
  });
  await Promise.all(talks);
}
