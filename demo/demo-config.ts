import type { SandboxDescription } from '../sandbox/main.ts';

/** Where the demo's parts listen. */
export interface DemoPlaces {
  readonly port: number;
  readonly adminPort: number;
  readonly temporal: string;
  readonly namespace: string;
  readonly temporalUi: string;
}

/** The label that the enterprise flow wants and that Deskwoot does not have until somebody makes it. */
export const MISSING_LABEL = 'enterprise';

/** The demo's `deskbridge.yaml`: both flows, each at both helpdesks. */
export function demoConfig(places: DemoPlaces, sandbox: SandboxDescription): string {
  const { chatwoot, deskwoot, stripe, slack } = sandbox;
  return `# Made by the demo; thrown away when it runs again. The secrets are in .env beside this file and open nothing but the sandbox.
server: { port: ${places.port}, admin: { port: ${places.adminPort} }, uiOrigin: '${places.temporalUi}' }
temporal: { address: '${places.temporal}', namespace: ${places.namespace} }
helpdesk: { type: chatwoot, baseUrl: '${chatwoot.origin}', account: ${chatwoot.accountId}, token: env:CHATWOOT_TOKEN, webhookSecret: env:CHATWOOT_SECRET }
connections:
  deskwoot: { type: deskwoot, baseUrl: '${deskwoot.origin}', account: ${deskwoot.accountId}, token: env:DESKWOOT_TOKEN, webhookSecret: env:DESKWOOT_SECRET }
  billing: { type: stripe, baseUrl: '${stripe.origin}', key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
  enterprise: { type: stripe, baseUrl: '${stripe.origin}', key: env:STRIPE_KEY, webhookSecrets: [env:STRIPE_SECRET] }
  team: { type: slack, baseUrl: '${slack.origin}', token: env:SLACK_TOKEN, signingSecret: env:SLACK_SECRET }
flows:
  # Every conversation of both helpdesks becomes a thread in Slack.
  - name: team-threads
    on: [helpdesk/conversation.created, helpdesk/message.created, deskwoot/conversation.created, deskwoot/message.created]
    do: slack-thread
    with: { connection: team, channel: ${slack.channel} }
  # A failed payment becomes a conversation in Chatwoot; one of an enterprise customer in Deskwoot.
  - name: dunning
    on: billing/invoice.payment_failed
    do: open-conversation
    with: { inbox: Billing, label: dunning, priority: high }
  - name: enterprise-dunning
    on: enterprise/invoice.payment_failed
    do: open-conversation
    with: { connection: deskwoot, inbox: Billing, label: ${MISSING_LABEL}, priority: urgent }
`;
}

/** The `.env` beside it. */
export function demoSecrets({ chatwoot, deskwoot, stripe, slack }: SandboxDescription): string {
  return `CHATWOOT_TOKEN=${chatwoot.token}
CHATWOOT_SECRET=${chatwoot.webhookSecret}
DESKWOOT_TOKEN=${deskwoot.token}
DESKWOOT_SECRET=${deskwoot.webhookSecret}
STRIPE_KEY=${stripe.key}
STRIPE_SECRET=${stripe.webhookSecret}
SLACK_TOKEN=${slack.token}
SLACK_SECRET=${slack.signingSecret}
`;
}
