import { createCaller, orElse } from '../../call/caller.ts';
import { parseRetryAfter } from '../../call/retry-after.ts';
import { explainSlack } from '../call/access.ts';
import { bearsMark, cutText, findMark, toMetadata, toSlackTs } from './mapping.ts';
import { lackingScopes } from './scopes.ts';
import { wireMessages, wireOk, wirePosted, wireRefusal } from '../call/wire.ts';
import type { z } from 'zod';
import type { Caller, OnLeftOut } from '../../call/caller.ts';
import type { ChatClient, Lack, Posted } from '../../ports/chat.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../call/http.ts';

const PAGE_SIZE = 100;
const MAX_PAGES = 10;
/** How far Slack's clock and ours may be apart. */
const CLOCK_SKEW_MS = 60_000;

/** What the client is made of. */
export interface SlackOptions {
  readonly http: HttpClient;
  readonly connection: string;
  readonly onLeftOut?: OnLeftOut;
}

interface Slack {
  readonly call: Caller;
  /** One method by form; Slack says most failures in a 200, which are thrown. */
  ask(name: string, form: Form, write: { readonly sendBy: number } | null): Promise<HttpAnswer>;
  /** The same, with the answer in this shape. */
  method<Shape extends z.ZodType>(
    name: string,
    form: Form,
    shape: Shape,
    write: { readonly sendBy: number } | null,
  ): Promise<z.output<Shape>>;
}

type Form = { readonly [field: string]: string };
type Sought = Parameters<ChatClient['find']>[0];

/** The team chat Slack. `http`: of the connection's origin, with `slackCalls(token)`. */
export function createSlackClient(options: SlackOptions): ChatClient {
  const slack = createSlack(options);
  return {
    effects: { post: 'marked', edit: 'natural' },
    // https://docs.slack.dev/reference/methods/auth.test
    probe: async () => {
      await slack.method('auth.test', {}, wireOk, null);
    },
    lacks: () => lacks(slack),
    post: (input, send) => post(slack, input, send),
    edit: (input, send) => edit(slack, input, send),
    find: (input) => find(slack, input),
  };
}

function createSlack({ http, connection, onLeftOut }: SlackOptions): Slack {
  const heard: HttpClient = { ...http, request: async (request) => refuse(call, request, await http.request(request)) };
  const call = createCaller(heard, connection, onLeftOut);
  return {
    call,
    ask: (name, form, write) => heard.request(toRequest(name, form, write)),
    method: (name, form, shape, write) => call.read(toRequest(name, form, write), shape),
  };
}

function toRequest(name: string, form: Form, write: { readonly sendBy: number } | null): HttpRequest {
  const path = `/api/${name}`;
  return { method: 'POST', path, route: path, form, ...(write === null ? { write: false } : { sendBy: write.sendBy }) };
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

async function lacks(slack: Slack): Promise<readonly Lack[]> {
  const { headers } = await slack.ask('auth.test', {}, null);
  return lackingScopes(headers['x-oauth-scopes'] ?? null);
}

/**
 * Slack takes no idempotency key; the mark goes into the message's metadata. Nothing in the text is made a link or a mention.
 * Where the thread's first message was deleted, Slack posts to the channel and says ok: only `message.thread_ts`, which is then
 * missing, tells (slack-go/slack#1571). https://docs.slack.dev/reference/methods/chat.postMessage
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
  const { ts, message } = await slack.method('chat.postMessage', form, wirePosted, send);
  // An answer without the message does not tell, and is not what the document shows: no thread is given up for it.
  const strayed = message !== null && message !== undefined && (message.thread_ts ?? null) === null;
  return { ts, threaded: input.thread !== null && !strayed };
}

/** The metadata, and with it the mark, stays as it was where it is left out. https://docs.slack.dev/reference/methods/chat.update */
async function edit(slack: Slack, ...[input, send]: Parameters<ChatClient['edit']>): Promise<void> {
  const form = { channel: input.channel, ts: input.ts, text: cutText(input.text), parse: 'none', link_names: 'false' };
  await slack.method('chat.update', form, wireOk, send);
}

/** A reply that is not in its thread may stand in the channel, for the thread's first message may have been deleted before. */
async function find(slack: Slack, input: Sought): Promise<Posted | null> {
  const { channel, thread } = input;
  const inThread =
    thread === null ? null : await look(slack, 'conversations.replies', { channel, ts: thread }, input).catch(orElse('not_found', null));
  return inThread === null ? look(slack, 'conversations.history', { channel }, input) : { ...inThread, threaded: true };
}

/** https://docs.slack.dev/reference/methods/conversations.replies and conversations.history */
async function look(slack: Slack, name: string, where: Form, input: Sought): Promise<Posted | null> {
  const form = {
    ...where,
    oldest: toSlackTs(input.sinceMs - CLOCK_SKEW_MS),
    inclusive: 'true',
    include_all_metadata: 'true',
    limit: String(PAGE_SIZE),
  };
  let cursor = '';
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const request = toRequest(name, cursor === '' ? form : { ...form, cursor }, null);
    const wire = await slack.call.read(request, wireMessages);
    slack.call.leftOut(request, wire.messages.odd);
    const found = slack.call.sought(
      request,
      findMark(wire, input.mark) ?? undefined,
      wire.messages.odd.filter(({ value }) => bearsMark(value, input.mark)),
    );
    if (found === 'withheld') throw uncertain(slack, name, input, WITHHELD);
    if (found !== null) return found;
    cursor = wire.response_metadata?.next_cursor ?? '';
    if (cursor === '') return null;
  }
  // Not found in so many is not the same as not there: a person decides, rather than that it is posted twice.
  throw uncertain(slack, name, input, `More than ${MAX_PAGES} pages of messages since it was tried, so`);
}

/** slackapi/python-slack-sdk#1501: an event_type without its payload. */
const WITHHELD = 'Slack does not show the metadata of our own messages (the scope metadata.message:read may help), so';

function uncertain(slack: Slack, name: string, input: Sought, why: string): Error {
  return slack.call.error(
    { method: 'POST', route: `/api/${name}` },
    {
      code: 'unsupported',
      retry: { kind: 'never' },
      ambiguous: false,
      hint: `${why} whether it was posted is not certain. Look for it in channel ${input.channel}, then skip or resend.`,
    },
  );
}
