import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import type { ChatwootHandle, ChatwootOptions } from './chatwoot/index.ts';
import type { DeskwootHandle, DeskwootOptions } from './deskwoot/index.ts';
import type { SlackHandle, SlackOptions } from './slack/index.ts';
import type { StripeHandle, StripeOptions } from './stripe/index.ts';

import { startChatwoot } from './chatwoot/index.ts';
import { DEFAULTS, SLACK_SCOPES } from './defaults.ts';
import { startDeskwoot } from './deskwoot/index.ts';
import { startSlack } from './slack/index.ts';
import { startStripe } from './stripe/index.ts';

const NAMES = ['deskwoot', 'chatwoot', 'stripe', 'slack'] as const;
type Name = (typeof NAMES)[number];

/** How the four systems are to be; everything has a default. */
export interface SandboxOptions {
  /** Default: free ports. */
  readonly ports?: Partial<Record<Name, number>>;
  /** Where each system sends its webhooks. Left out: nowhere. */
  readonly hooks?: Partial<Record<Name, string>>;
  /** The secret with which each system signs. Default: the well-known ones. */
  readonly secrets?: Partial<Record<Name, string>>;
  readonly deskwoot?: Partial<DeskwootOptions>;
  readonly chatwoot?: Partial<ChatwootOptions>;
  readonly stripe?: Partial<StripeOptions>;
  readonly slack?: Partial<SlackOptions>;
}

/** What a person or a configuration must know to use the sandbox. */
export interface SandboxDescription {
  readonly deskwoot: { readonly origin: string; readonly accountId: string; readonly token: string; readonly webhookSecret: string };
  readonly chatwoot: {
    readonly origin: string;
    readonly accountId: number;
    readonly token: string;
    readonly agentToken: string;
    readonly botToken: string;
    readonly webhookSecret: string;
  };
  readonly stripe: { readonly origin: string; readonly key: string; readonly webhookSecret: string };
  readonly slack: { readonly origin: string; readonly token: string; readonly signingSecret: string; readonly channel: string };
}

/** All four systems, running. */
export interface Sandbox {
  readonly deskwoot: DeskwootHandle;
  readonly chatwoot: ChatwootHandle;
  readonly stripe: StripeHandle;
  readonly slack: SlackHandle;
  describe(): SandboxDescription;
  close(): Promise<void>;
}

/** Starts all four systems on 127.0.0.1, or none: where one cannot listen the others are closed again, and why is thrown. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const [deskwoot, chatwoot, stripe, slack] = await allOrNone([
    startDeskwoot({ ...portOf(options, 'deskwoot'), ...deskwootDefaults(options), ...options.deskwoot }),
    startChatwoot({ ...portOf(options, 'chatwoot'), ...chatwootDefaults(options), ...options.chatwoot }),
    startStripe({ ...portOf(options, 'stripe'), ...stripeDefaults(options), ...options.stripe }),
    startSlack({ ...portOf(options, 'slack'), ...slackDefaults(options), ...options.slack }),
  ]);
  return {
    deskwoot,
    chatwoot,
    stripe,
    slack,
    describe: () => ({
      deskwoot: { ...DEFAULTS.deskwoot, origin: deskwoot.origin, webhookSecret: secretOf(options, 'deskwoot') },
      chatwoot: { ...DEFAULTS.chatwoot, origin: chatwoot.origin, webhookSecret: secretOf(options, 'chatwoot') },
      stripe: { ...DEFAULTS.stripe, origin: stripe.origin, webhookSecret: secretOf(options, 'stripe') },
      slack: { ...DEFAULTS.slack, origin: slack.origin, signingSecret: secretOf(options, 'slack') },
    }),
    close: async () => {
      await Promise.all([deskwoot.close(), chatwoot.close(), stripe.close(), slack.close()]);
    },
  };
}

async function allOrNone<Starting extends readonly Promise<{ close(): Promise<void> }>[] | []>(
  starting: Starting,
): Promise<{ -readonly [Index in keyof Starting]: Awaited<Starting[Index]> }> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    for (const one of await Promise.allSettled(starting)) if (one.status === 'fulfilled') await one.value.close();
    throw error;
  }
}

function portOf(options: SandboxOptions, name: Name): { readonly port?: number } {
  const port = options.ports?.[name];
  return port === undefined ? {} : { port };
}

function secretOf(options: SandboxOptions, name: Name): string {
  const known: Record<Name, string> = {
    deskwoot: DEFAULTS.deskwoot.webhookSecret,
    chatwoot: DEFAULTS.chatwoot.webhookSecret,
    stripe: DEFAULTS.stripe.webhookSecret,
    slack: DEFAULTS.slack.signingSecret,
  };
  return options.secrets?.[name] ?? known[name];
}

function deskwootDefaults(options: SandboxOptions): DeskwootOptions {
  const url = options.hooks?.deskwoot;
  return {
    accountId: DEFAULTS.deskwoot.accountId,
    tokens: [{ value: DEFAULTS.deskwoot.token, userId: 'user_bridge', scopes: ['read', 'write'] }],
    subscriptions: url === undefined ? [] : [{ url, secret: secretOf(options, 'deskwoot') }],
  };
}

function chatwootDefaults(options: SandboxOptions): ChatwootOptions {
  const url = options.hooks?.chatwoot;
  const { token, agentToken, botToken } = DEFAULTS.chatwoot;
  return {
    accountId: DEFAULTS.chatwoot.accountId,
    tokens: [
      { value: token, kind: 'user', ownerId: 1 },
      { value: agentToken, kind: 'user', ownerId: 2 },
      { value: botToken, kind: 'agent_bot', ownerId: 1 },
    ],
    subscriptions: url === undefined ? [] : [{ kind: 'account', id: 1000, url, secret: secretOf(options, 'chatwoot') }],
  };
}

function stripeDefaults(options: SandboxOptions): StripeOptions {
  const url = options.hooks?.stripe;
  return {
    keys: [{ value: DEFAULTS.stripe.key, rights: ['*'] }],
    destinations: url === undefined ? [] : [{ url, secrets: [secretOf(options, 'stripe')], payload: 'snapshot' }],
  };
}

function slackDefaults(options: SandboxOptions): SlackOptions {
  const url = options.hooks?.slack;
  return {
    tokens: [{ value: DEFAULTS.slack.token, scopes: SLACK_SCOPES }],
    signingSecret: secretOf(options, 'slack'),
    urls: url === undefined ? {} : { events: url, commands: url, interactivity: url },
  };
}

/** Runs the sandbox in a process of its own: `--port-<system>` and `--hook-<system>`; prints its description as one line of JSON, and sends it to a parent. */
async function runAlone(argv: readonly string[]): Promise<void> {
  const flags = Object.fromEntries(
    NAMES.flatMap((name) => [
      [`port-${name}`, { type: 'string' as const }],
      [`hook-${name}`, { type: 'string' as const }],
    ]),
  );
  const { values } = parseArgs({ args: [...argv], options: flags });
  const ports: Partial<Record<Name, number>> = {};
  const hooks: Partial<Record<Name, string>> = {};
  for (const name of NAMES) {
    const port = values[`port-${name}`];
    const hook = values[`hook-${name}`];
    if (typeof port === 'string') ports[name] = Number(port);
    if (typeof hook === 'string') hooks[name] = hook;
  }
  const sandbox = await startSandbox({ ports, hooks });
  process.stdout.write(`${JSON.stringify(sandbox.describe())}\n`);
  process.send?.(sandbox.describe());
  const stop = (): void => void sandbox.close().then(() => process.exit(0));
  process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await runAlone(process.argv.slice(2));
