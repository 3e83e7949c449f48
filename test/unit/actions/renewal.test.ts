import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActions } from '../../../activities/actions/index.ts';
import { createStepsInBatch } from '../../../activities/steps/steps-in-batch.ts';
import { createHttpClient } from '../../../connectors/call/http-client.ts';
import { Secret } from '../../../model/secret.ts';
import { fixedConnections } from '../../helpers/fixed-connections.ts';
import { slackHeaders } from '../../../connectors/slack/call/access.ts';
import { createSlackClient } from '../../../connectors/slack/ports/chat.ts';
import { slackThreadOptions } from '../../../flows/slack-thread/options.ts';
import { runSlackThread } from '../../../flows/slack-thread/run.ts';
import { startSlack } from '../../../sandbox/slack/index.ts';
import { eventOf } from '../../flows/recording-steps.ts';
import { createMemoryEffects } from '../memory-effects.ts';
import { conversation, createHelpdesk, createWorld, message } from './world.ts';
import type { StepDeps } from '../../../activities/steps/run-step.ts';
import type { ChatClient } from '../../../connectors/ports/chat.ts';
import type { FlowOutcome } from '../../../flows/flow.ts';
import type { SlackHandle } from '../../../sandbox/slack/index.ts';

const CHANNEL = 'C0123';
const options = slackThreadOptions.parse({
  connection: 'team',
  channel: CHANNEL,
  header: 'Conversation {{conversation.id}}',
  message: '{{text}}',
});
const group = { lease: 'l', flow: 'threads', lane: 0, key: 'k' } as const;
/** Send window, wire time and more. */
const LATER_MS = 30_000;

let slack: SlackHandle;
beforeAll(async () => {
  slack = await startSlack({ tokens: [{ value: 'xoxb-1', scopes: ['chat:write', 'channels:history'] }], signingSecret: 's' });
});
afterAll(() => slack.close());

/** A worker that dies at its n-th call of store or chat, before the call is made or after it was done; 0: never. */
interface Mortal {
  dieAt: number;
  after: boolean;
  calls: number;
}

function mortally<T extends object>(parts: T, names: readonly (keyof T)[], mortal: Mortal): T {
  const wrapped = new Map<keyof T, unknown>();
  for (const name of names) {
    const call: unknown = parts[name];
    if (typeof call !== 'function') throw new Error(`nothing to wrap: ${String(name)}`);
    wrapped.set(name, async (...input: unknown[]): Promise<unknown> => {
      mortal.calls += 1;
      const dies = mortal.calls === mortal.dieAt;
      if (dies && !mortal.after) throw new Error('died');
      const answer: unknown = await Reflect.apply(call, parts, input);
      if (dies) throw new Error('died');
      return answer;
    });
  }
  return { ...parts, ...Object.fromEntries(wrapped) };
}

/** One conversation, its customer's messages, and the thread of it in Slack. */
function openConversation(id: string): {
  mortal: Mortal;
  say(text: string): Promise<FlowOutcome>;
  deleteThread(): void;
  threads(): unknown;
} {
  const mortal: Mortal = { dieAt: 0, after: false, calls: 0 };
  const world = createWorld();
  world.conversations = [{ ...conversation, id }];
  const effects = createMemoryEffects();
  const http = createHttpClient({ connection: 'team', baseUrl: slack.origin, headers: () => slackHeaders(new Secret('xoxb-1')) });
  const chat: ChatClient = mortally(createSlackClient({ http, connection: 'team' }), ['post', 'edit', 'find'], mortal);
  const deps: StepDeps = {
    actions: createActions(),
    connections: fixedConnections({ helpdesk: createHelpdesk(world), chat }),
    gates: {
      check: () => Promise.resolve(),
      note: () => undefined,
      failed: (_error, failure) => Promise.resolve(failure),
      parked: () => Promise.resolve(),
    },
    effects: mortally(effects, ['write', 'settle', 'resend'], mortal),
    renewEpoch: () => Promise.resolve(String(effects.newest)),
    eventAge: () => Promise.resolve(null),
  };
  const attempt = (text: string): Promise<FlowOutcome> => {
    effects.newest += 1;
    effects.pass(LATER_MS);
    const event = {
      ...eventOf('helpdesk', 'message.created', { 'conversation.id': id, 'message.id': text }),
      identity: `helpdesk:${text}`,
    };
    world.messages = [{ ...message, id: text, conversationId: id, direction: 'incoming', text }];
    const member = { deliveryId: text, attempts: 1, event, edits: null };
    return runSlackThread(createStepsInBatch(deps, group, { ...group, epoch: String(effects.newest) }, member), event, options);
  };
  const own = (): readonly { readonly ts: string; readonly text: string; readonly replies: readonly { readonly text: string }[] }[] =>
    slack.threads(CHANNEL).filter(({ text }) => text.startsWith(`Conversation ${id}\n`) || text.startsWith(`${id}-`));
  return {
    mortal,
    say: (text) => attempt(`${id}-${text}`).catch(() => attempt(`${id}-${text}`)),
    deleteThread: () => slack.deleteMessage(CHANNEL, own()[0]?.ts ?? ''),
    threads: () => own().map(({ text, replies }) => [text, ...replies.map((reply) => reply.text)]),
  };
}

describe('a worker that dies while a deleted thread is renewed', () => {
  it.each([
    ['before', false],
    ['after', true],
  ] as const)('leaves each message once and one thread with its header, whichever call it dies at: just %s it', async (_when, after) => {
    let points = 0;
    for (let dieAt = 1; ; dieAt += 1) {
      const id = `${after ? 2 : 1}${dieAt}`;
      const { mortal, say, deleteThread, threads } = openConversation(id);
      await say('one');
      deleteThread();
      Object.assign(mortal, { dieAt, after, calls: 0 });
      await say('two');
      const died = mortal.calls >= dieAt;
      Object.assign(mortal, { dieAt: 0 });
      await say('three');
      expect(threads(), `died at call ${dieAt}`).toEqual([[`Conversation ${id}\n${id}-two`, `${id}-three`]]);
      if (!died) break;
      points += 1;
    }
    // Intent, post, outcome; intent, edit, outcome.
    expect(points).toBeGreaterThanOrEqual(6);
  });
});
