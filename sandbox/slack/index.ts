import type { Driver } from '../core/control.ts';
import type { BaseOptions, Parts, SystemHandle } from '../core/handle.ts';
import type { HookAnswer } from '../core/post-once.ts';
import type { System } from '../core/server.ts';
import type { Described, SandboxSystem } from '../core/system.ts';
import type { Message, SlackState, Token } from './entities.ts';

import { createParts, startHandle } from '../core/handle.ts';
import { textOf } from '../core/values.ts';
import { type Caller, createAuthorise, failure, rateLimited, scopeHeaders } from './access.ts';
import { deleteMessage, pressButton, type Pressed, slashCommand, type Command, userWrites, type UserMessage } from './drivers.ts';
import { createSlackState } from './entities.ts';
import { accountRoutes } from './routes/account.ts';
import { chatRoutes } from './routes/chat.ts';
import { conversationRoutes } from './routes/conversations.ts';
import { type AppUrls, createEventSender, type EventSender } from './webhooks.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

const TOKEN = 'xoxb-sandbox';
const SIGNING_SECRET = 'sandboxslacksigningsecret0000000';
const CHANNEL = 'C0123';
/** Every scope that it knows. */
const SCOPES = [
  'chat:write',
  'chat:write.customize',
  'channels:history',
  'groups:history',
  'channels:read',
  'users:read',
  'users:read.email',
];

/** How a workspace is to be. */
export interface SlackOptions extends BaseOptions {
  readonly tokens: readonly Token[];
  readonly signingSecret: string;
  /** Where the app listens. Stays live: change it to subscribe later. */
  readonly urls?: AppUrls;
  /** Milliseconds before each of an event's three retries. Default 20, 100, 400. */
  readonly retryWaitsMs?: readonly number[];
  /** Whether more than one post a second per channel gets 429. Default false. */
  readonly limitPosts?: boolean;
}

/** A running Slack. */
export interface SlackHandle extends SystemHandle {
  readonly state: SlackState;
  readonly urls: AppUrls;
  /** Sends any event, or `url_verification` and forms. */
  readonly sender: EventSender;
  readonly threads: Workspace['threads'];
  /** A person writes; resolves at once, `told` when the app has answered. */
  userWrites(message: UserMessage): { readonly message: Message; readonly told: Promise<void> };
  /** Somebody deletes a message. */
  deleteMessage(channel: string, ts: string): void;
  /** A person types a command; resolves with the app's answer. */
  slashCommand(command: Command): Promise<HookAnswer>;
  /** A person presses a button; resolves with the app's answer. */
  pressButton(pressed: Pressed): Promise<HookAnswer>;
  /** Slack asks the events address for its challenge; resolves with the app's answer. */
  urlVerification(challenge: string): Promise<HookAnswer>;
  sslCheck(): Promise<HookAnswer>;
}

/** What one must know to use it. */
export interface SlackDescription extends Described {
  readonly token: string;
  readonly signingSecret: string;
  /** Id of a channel that the app is in. */
  readonly channel: string;
}

/** Slack (https://docs.slack.dev). */
export const slack: SandboxSystem<SlackOptions, SlackHandle, SlackDescription> = {
  name: 'slack',
  title: 'Slack',
  port: 4704,
  secret: SIGNING_SECRET,
  connection: {
    name: 'team',
    yaml: (origin) => `{ type: slack, baseUrl: '${origin}', token: env:SLACK_TOKEN, signingSecret: env:SLACK_SIGNING_SECRET }`,
    variables: { SLACK_TOKEN: TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET },
  },
  start: ({ hook, secret, ...overrides }) =>
    startSlack({
      tokens: [{ value: TOKEN, scopes: SCOPES }],
      signingSecret: secret,
      urls: hook === undefined ? {} : { events: hook, commands: hook, interactivity: hook },
      ...overrides,
    }),
  describe: ({ origin }, secret) => ({ origin, token: TOKEN, signingSecret: secret, channel: CHANNEL }),
};

/** Starts a Slack on 127.0.0.1. */
export async function startSlack(options: SlackOptions): Promise<SlackHandle> {
  const parts = createParts(options);
  const state = createSlackState(options.tokens);
  const urls = options.urls ?? {};
  const sender = createEventSender(parts, state, urls, options.signingSecret, options.retryWaitsMs);
  const workspace = createWorkspace(state, parts.clock, sender);
  const base = await startHandle(parts, systemOf(workspace, parts, options.limitPosts ?? false), options, {
    snapshot: (query) => snapshot(workspace, query),
    drivers: driversOf(workspace, sender),
  });
  return {
    ...base,
    state,
    urls,
    sender,
    threads: workspace.threads,
    userWrites: (message) => userWrites(workspace, message),
    deleteMessage: (channel, ts) => deleteMessage(workspace, channel, ts),
    slashCommand: (command) => slashCommand(state, sender, command),
    pressButton: (pressed) => pressButton(state, sender, pressed),
    urlVerification: (challenge) => sender.json({ token: 'sandbox', challenge, type: 'url_verification' }),
    sslCheck: () => sender.sslCheck(),
  };
}

function systemOf(workspace: Workspace, parts: Parts, limitPosts: boolean): System<Caller> {
  return {
    routes: [...accountRoutes(workspace.state), ...chatRoutes(workspace, parts.clock, limitPosts), ...conversationRoutes(workspace.state)],
    authorise: createAuthorise(workspace.state),
    notFound: (request) =>
      request.path.startsWith('/api/')
        ? failure('unknown_method', { req_method: request.path.slice('/api/'.length) })
        : { status: 404, text: '' },
    rateLimited,
    serverError: () => ({ status: 500, text: '' }),
    tokenExpired: () => failure('token_revoked'),
    malformed: () => failure('invalid_json'),
    headers: (request) => ({ 'x-slack-req-id': 'sandbox', ...scopeHeaders(workspace.state, request) }),
  };
}

function snapshot(workspace: Workspace, query: URLSearchParams): unknown {
  const channel = query.get('channel');
  if (channel !== null) return { threads: workspace.threads(channel) };
  return {
    channels: [...workspace.state.channels.values()].map(({ id, name, byTs, messages }) => ({
      id,
      name,
      messages: byTs.size,
      threads: messages.length,
    })),
  };
}

function driversOf(workspace: Workspace, sender: EventSender): { readonly [name: string]: Driver } {
  return {
    'user-message': async (fields, index) => {
      const threadTs = textOf(fields['threadTs']);
      const text = (textOf(fields['text']) ?? 'Hello {n}').replaceAll('{n}', String(index));
      const { message, told } = userWrites(workspace, {
        channel: textOf(fields['channel']) ?? CHANNEL,
        text,
        ...(threadTs === undefined ? {} : { threadTs }),
      });
      await told;
      return { ts: message.ts };
    },
    'delete-message': (fields) => {
      const ts = textOf(fields['ts']) ?? '';
      deleteMessage(workspace, textOf(fields['channel']) ?? CHANNEL, ts);
      return Promise.resolve({ ts });
    },
    'slash-command': (fields) =>
      slashCommand(workspace.state, sender, { command: textOf(fields['command']) ?? '/desk', text: textOf(fields['text']) ?? '' }),
  };
}
