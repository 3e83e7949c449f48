import { createCaller } from '../caller.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { explainSlack } from './calls.ts';
import { cutText, findMark, toMetadata, toSlackTs } from './mapping.ts';
import { wireMessages, wireOk, wirePosted, wireRefusal } from './wire.ts';
import type { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { ChatClient, Posted } from '../chat.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 10;
/** How far Slack's clock and ours may be apart. */
const CLOCK_SKEW_MS = 60_000;

interface Slack {
  readonly call: Caller;
  /** One method by form; Slack says most failures in a 200. */
  method<Shape extends z.ZodType>(
    name: string,
    form: { readonly [field: string]: string },
    shape: Shape,
    write: { readonly sendBy: number } | null,
  ): Promise<z.output<Shape>>;
}

/** The team chat Slack. `http`: of the connection's origin, with `slackCalls(token)`. */
export function createSlackClient(options: { readonly http: HttpClient; readonly connection: string }): ChatClient {
  const slack = createSlack(options.http, options.connection);
  return {
    effects: { post: 'marked' },
    // https://docs.slack.dev/reference/methods/auth.test
    probe: async () => {
      await slack.method('auth.test', {}, wireOk, null);
    },
    post: (input, send) => post(slack, input, send),
    find: (input) => find(slack, input),
  };
}

function createSlack(http: HttpClient, connection: string): Slack {
  const call = createCaller({ ...http, request: async (request) => refuse(call, request, await http.request(request)) }, connection);
  const method: Slack['method'] = (name, form, shape, write) => {
    const request = {
      method: 'POST',
      path: `/api/${name}`,
      route: `/api/${name}`,
      form,
      ...(write === null ? { write: false } : { sendBy: write.sendBy }),
    } as const;
    return call.read(request, shape);
  };
  return { call, method };
}

function refuse(call: Caller, request: HttpRequest, answer: HttpAnswer): HttpAnswer {
  const refusal = wireRefusal.safeParse(answer.json());
  if (!refusal.success) return answer;
  const { carriedOut, ...said } = explainSlack(refusal.data.error, refusal.data.needed ?? null);
  const named = parseRetryAfter(answer.headers['retry-after'], Date.now());
  const retry = said.retry.kind === 'after' && named !== null ? { kind: 'after' as const, ms: named } : said.retry;
  const id = answer.headers['x-slack-req-id'];
  throw call.error(request, {
    ...said,
    retry,
    status: answer.status,
    ambiguous: carriedOut && request.write !== false,
    ...(id === undefined ? {} : { requestId: id }),
  });
}

/**
 * Slack takes no idempotency key; the mark goes into the message's metadata. Nothing in the text is made a link or a mention.
 * https://docs.slack.dev/reference/methods/chat.postMessage
 */
async function post(slack: Slack, ...[input, send]: Parameters<ChatClient['post']>): Promise<Posted> {
  const form = {
    channel: input.channel,
    text: cutText(input.text),
    metadata: toMetadata(send.mark),
    parse: 'none',
    link_names: 'false',
    unfurl_links: 'false',
    unfurl_media: 'false',
    ...(input.thread === null ? {} : { thread_ts: input.thread }),
  };
  const { ts } = await slack.method('chat.postMessage', form, wirePosted, send);
  return { ts };
}

/** https://docs.slack.dev/reference/methods/conversations.replies and conversations.history */
async function find(slack: Slack, input: Parameters<ChatClient['find']>[0]): Promise<Posted | null> {
  const name = input.thread === null ? 'conversations.history' : 'conversations.replies';
  const where = input.thread === null ? { channel: input.channel } : { channel: input.channel, ts: input.thread };
  const form = {
    ...where,
    oldest: toSlackTs(input.sinceMs - CLOCK_SKEW_MS),
    inclusive: 'true',
    include_all_metadata: 'true',
    limit: String(PAGE_SIZE),
  };
  let cursor = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const wire = await slack.method(name, cursor === '' ? form : { ...form, cursor }, wireMessages, null);
    const ts = findMark(wire, input.mark);
    if (ts !== null) return { ts };
    cursor = wire.response_metadata?.next_cursor ?? '';
    if (cursor === '') return null;
  }
  // Not found in so many is not the same as not there: a person decides, rather than that it is posted twice.
  throw slack.call.error(
    { method: 'POST', route: `/api/${name}` },
    {
      code: 'unsupported',
      retry: { kind: 'never' },
      ambiguous: false,
      hint: `More than ${MAX_PAGES} pages of messages since it was tried, so whether it was posted is not certain. Look for it in channel ${input.channel}, then skip or resend.`,
    },
  );
}
