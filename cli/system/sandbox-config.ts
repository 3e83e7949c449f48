import { DEFAULTS } from '../../sandbox/defaults.ts';

/** Where the sandbox's systems listen unless told otherwise. */
export const SANDBOX_PORTS = { deskwoot: 4701, chatwoot: 4702, stripe: 4703, slack: 4704 } as const;

export type SandboxPorts = { readonly [System in keyof typeof SANDBOX_PORTS]: number };

/** A `deskbridge.yaml` for the sandbox; its secrets stand in its first lines, to be copied into `.env`. */
export function sandboxConfig(ports: SandboxPorts): string {
  const at = (system: keyof SandboxPorts): string => `http://127.0.0.1:${ports[system]}`;
  return `# Deskbridge on the sandbox. Put these lines into .env beside this file (they open nothing but the sandbox):
${Object.entries(variables())
  .map(([name, value]) => `#   ${name}=${value}`)
  .join('\n')}
server: { port: 8080 } # metrics: http://127.0.0.1:8081/metrics
helpdesk:
  type: deskwoot
  baseUrl: ${at('deskwoot')}
  account: ${DEFAULTS.deskwoot.accountId}
  token: env:DESKWOOT_TOKEN
  webhookSecret: env:DESKWOOT_WEBHOOK_SECRET
connections:
  billing: { type: stripe, baseUrl: '${at('stripe')}', key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_WEBHOOK_SECRET] }
  team: { type: slack, baseUrl: '${at('slack')}', token: env:SLACK_TOKEN, signingSecret: env:SLACK_SIGNING_SECRET }
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing, priority: high } }
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: ${DEFAULTS.slack.channel} } }
`;
}

/** The sandbox's well-known secrets, under the names that `sandboxConfig` refers to. */
function variables(): { readonly [name: string]: string } {
  return {
    DESKWOOT_TOKEN: DEFAULTS.deskwoot.token,
    DESKWOOT_WEBHOOK_SECRET: DEFAULTS.deskwoot.webhookSecret,
    STRIPE_KEY: DEFAULTS.stripe.key,
    STRIPE_WEBHOOK_SECRET: DEFAULTS.stripe.webhookSecret,
    SLACK_TOKEN: DEFAULTS.slack.token,
    SLACK_SIGNING_SECRET: DEFAULTS.slack.signingSecret,
  };
}
