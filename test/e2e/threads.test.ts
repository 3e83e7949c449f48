import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eraseBodies } from '../../store/inbox/retention.ts';
import { makeReplay } from '../../store/inbox/replay.ts';
import { makeDatabase } from '../helpers/databases.ts';
import { failPosts } from '../helpers/desk.ts';
import { eventually } from '../helpers/eventually.ts';
import { startStack } from '../helpers/stack.ts';
import { allSettled, intentsOf } from '../helpers/watch.ts';
import type { Attachment } from '../../sandbox/chatwoot/entities.ts';
import type { TestDatabase } from '../helpers/databases.ts';
import type { Stack } from '../helpers/stack.ts';

const CHANNEL = 'C0123';
const FLOWS = `
  - { name: team-threads, on: helpdesk/message.created, do: slack-thread, with: { connection: team, channel: ${CHANNEL}, header: 'Conversation {{conversation.id}}' } }
`;

let made: TestDatabase;
let stack: Stack;
beforeAll(async () => {
  made = await makeDatabase();
  stack = await startStack({ db: made.db, helpdesk: 'chatwoot', flows: FLOWS });
});
afterAll(async () => {
  await stack.close();
  await made.remove();
});

/** Deliveries so far, and the conversation of the test. */
let settled = 0;
let conversation: number;
beforeEach(async () => {
  const first = stack.sandbox.chatwoot.customerWrites('new', 'one');
  conversation = first.conversationId;
  await first.told;
  await next();
});

/** Waits until the deliveries so far, and one more, are done. */
async function next(): Promise<void> {
  settled += 1;
  await allSettled(made.db, settled);
}

async function write(text: string, attachments: readonly Attachment[] = []): Promise<void> {
  await stack.sandbox.chatwoot.customerWrites(conversation, text, attachments).told;
  await next();
}

/** The messages of the conversation in the channel: a thread is a list, its first message first. Senders are left out. */
function threads(): readonly (readonly string[])[] {
  const plain = (text: string): string => text.replaceAll('*Lisa Schmidt (Contact)*\n', '');
  const all = stack.sandbox.slack.threads(CHANNEL).map((thread) => [thread.text, ...thread.replies.map(({ text }) => text)].map(plain));
  return all.filter(([root]) => root?.startsWith(`Conversation ${conversation}\n`) === true || root?.includes('stray') === true);
}

function deleteThread(): void {
  const root = stack.sandbox.slack.threads(CHANNEL).find(({ text }) => text.startsWith(`Conversation ${conversation}\n`));
  stack.sandbox.slack.deleteMessage(CHANNEL, root?.ts ?? '');
}

describe('a conversation whose thread was deleted in Slack', () => {
  it('goes on in a new thread with its header, which later messages find', async () => {
    deleteThread();
    await write('two');
    await write('three');
    expect(threads()).toEqual([[`Conversation ${conversation}\ntwo`, 'three']]);
  });

  it.each(['reset-after-write', '500-after-write', 'truncated'] as const)(
    'has each message once, also where the answer to the one that strayed was lost (%s)',
    async (fault) => {
      deleteThread();
      failPosts(stack.sandbox, fault);
      await write('two');
      await write('three');
      expect(threads()).toEqual([[`Conversation ${conversation}\ntwo`, 'three']]);
    },
  );

  it('has its header also where the answer to its writing was lost', async () => {
    deleteThread();
    stack.sandbox.slack.faults.add({ kind: 'reset-after-write', match: { method: 'POST', path: '/api/chat.update' } });
    await write('two');
    await write('three');
    expect(threads()).toEqual([[`Conversation ${conversation}\ntwo`, 'three']]);
  });

  it('is renewed as often as it is deleted, and leaves no intent open', async () => {
    for (const text of ['two', 'three', 'four']) {
      deleteThread();
      await write(text);
      expect(threads()).toEqual([[`Conversation ${conversation}\n${text}`]]);
    }
    expect((await intentsOf(made.db)).filter((intent) => intent.endsWith('open'))).toEqual([]);
  });
});

describe('what a message holds beside text', () => {
  const link = (): string => `/app/accounts/1/conversations/${conversation}`;

  it('stands in the thread: a place with its map, a contact card, and by its type what cannot be shown', async () => {
    const place = { id: 1, fileType: 'location', dataUrl: null, title: 'Depot', latitude: 41.4, longitude: 2.17 };
    const card = { id: 2, fileType: 'contact', dataUrl: null, title: '+15550100' };
    await write('', [place, card, { id: 3, fileType: 'image', dataUrl: null }]);
    const [, text = ''] = threads()[0] ?? [];
    expect(text.split('\n')).toEqual([
      'Location: <https://www.openstreetmap.org/?mlat=41.4&amp;mlon=2.17#map=16/41.4/2.17|Depot (41.4, 2.17)>',
      'Contact: +15550100',
      expect.stringMatching(/^\[unsupported content: image\] <http.*\|open the conversation>$/),
    ]);
    expect(text).toContain(link());
  });

  it('costs neither its message nor those beside it where it is odd', async () => {
    await write('two', [{ id: 4, fileType: null, dataUrl: null }]);
    await write('three');
    expect(threads()[0]?.slice(1)).toEqual([expect.stringMatching(/^two\n\[unsupported content: unknown\] </), 'three']);
  });
});

describe('a message', () => {
  it("that the helpdesk wrote itself stands in the thread as the bot's", async () => {
    const { chatwoot } = stack.sandbox;
    await chatwoot.templateSays(conversation, 'Please rate this conversation', 'input_csat').told;
    await next();
    expect(threads()[0]?.at(-1)).toBe('*Bot*\nPlease rate this conversation');
  });

  it('of 2.7 MB is shown as far as it fits, with a link to the rest', async () => {
    await stack.stopWorker();
    await stack.sandbox.chatwoot.customerWrites(conversation, 'short').told;
    const message = stack.sandbox.chatwoot.state.conversations.get(conversation)?.messages.at(-1);
    Object.assign(message ?? {}, { content: `long ${'x'.repeat(2_700_000)}` });
    await stack.startWorker();
    await next();
    const text = threads()[0]?.at(-1) ?? '';
    expect(text).toMatch(/^long x+ … <http.*\|read the rest>$/);
    expect(text.length).toBeGreaterThan(3_900);
  });
});

describe('a worker', () => {
  it('says at its start which scopes the Slack token lacks, and works on', async () => {
    const { tokens } = stack.sandbox.slack.state;
    const [known] = [...tokens.values()];
    tokens.set(known?.value ?? '', { value: known?.value ?? '', scopes: ['chat:write'] });
    await stack.stopWorker();
    await stack.startWorker();
    await eventually(() => expect(stack.log()).toContain('team: The token lacks the scopes channels:history and groups:history'));
    await write('two');
    expect(threads()[0]?.at(-1)).toBe('two');
    tokens.set(known?.value ?? '', { value: known?.value ?? '', scopes: known?.scopes ?? [] });
  });
});

describe('a replay without a body', () => {
  it('says that the body is gone, and is not done', async () => {
    const [event] = await made.db.query<{ id: string }>('select event_id::text as id from delivery order by delivery.id desc limit 1');
    const eventId = event?.id ?? '';
    await eraseBodies(made.db, [eventId]);
    await makeReplay(made.db, { eventId }, { again: false });
    stack.server.wake();
    await next();
    const rows = await made.db.query<{ state: number; outcome: string }>(
      'select state, outcome from delivery where event_id = $1 order by id desc limit 1',
      [eventId],
    );
    expect(rows).toEqual([{ state: 4, outcome: expect.stringContaining(`the body of event ${eventId} expired or was erased`) }]);
  });
});
