import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCaller } from '../../connectors/call/caller.ts';
import { createHttpClient } from '../../connectors/call/http-client.ts';
import { Secret } from '../../model/secret.ts';
import { slackHeaders } from '../../connectors/slack/call/access.ts';
import { createSlackClient } from '../../connectors/slack/ports/chat.ts';
import { serve } from '../helpers/http-server.ts';
import type { Caller } from '../../connectors/call/caller.ts';
import type { CallOutcome } from '../../connectors/call/http.ts';
import type { Reply } from '../helpers/http-server.ts';

const GET = { method: 'GET', path: '/things/7', route: '/things/:id' } as const;
const shape = z.object({ id: z.number() });

describe('the outcome of a call', () => {
  it.each<[string, Reply, readonly (string | null)[]]>([
    ['is good where the answer could be used', { json: { id: 7 } }, [null]],
    ['is the refusal', { status: 503, json: {} }, ['unavailable']],
    ['is that the record is gone, though that is no error to the flow', { status: 404, json: {} }, ['not_found']],
    ['is bad where the answer is another than the vendor documents', { json: { id: 'seven' } }, ['unreadable_answer']],
    ['is bad where the answer is a login page', { text: '<html>' }, ['unreadable_answer']],
  ])('%s', async (_title, reply, outcomes) => {
    const { call, told } = await open(reply);
    await call.find(GET, shape).catch(() => undefined);
    expect(told).toEqual(outcomes);
  });

  it('is told of a call whose body nobody reads', async () => {
    const { call, told } = await open({ status: 204 });
    await call.send({ ...GET, method: 'PUT', json: {} });
    expect(told).toEqual([null]);
  });

  it('is bad where Slack says so in a 200', async () => {
    const server = await serve(() => ({ json: { ok: false, error: 'internal_error' } }));
    const told: (string | null)[] = [];
    const http = createHttpClient({
      connection: 'team',
      baseUrl: server.url,
      headers: () => slackHeaders(new Secret('xoxb-test')),
      onOutcome: (outcome) => told.push(codeOf(outcome)),
    });
    const slack = createSlackClient({ http, connection: 'team' });
    const post = slack.post({ channel: 'C1', thread: null, text: 'x' }, { mark: 'm', sendBy: Number.POSITIVE_INFINITY });
    await expect(post).rejects.toMatchObject({ data: { code: 'unavailable' } });
    expect(told).toEqual(['unavailable']);
  });
});

async function open(reply: Reply): Promise<{ call: Caller; told: (string | null)[] }> {
  const server = await serve(() => reply);
  const told: (string | null)[] = [];
  const onOutcome = (outcome: CallOutcome): void => void told.push(codeOf(outcome));
  const http = createHttpClient({ connection: 'test', baseUrl: server.url, headers: () => ({}), onOutcome });
  return { call: createCaller(http, 'test'), told };
}

function codeOf(outcome: Pick<CallOutcome, 'error'>): string | null {
  return outcome.error?.data.code ?? null;
}
