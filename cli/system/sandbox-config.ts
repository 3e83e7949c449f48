import { registry, systemNames } from '../../sandbox/registry.ts';
import { portOf } from './sandbox-ports.ts';
import type { SystemName } from '../../sandbox/registry.ts';
import type { SandboxPorts } from './sandbox-ports.ts';

const HELPDESK = 'helpdesk';

/** A `deskbridge.yaml` for the sandbox; its secrets stand in its first lines, to be copied into `.env`. */
export function sandboxConfig(ports: SandboxPorts): string {
  const connections = systemNames.map((name) => {
    const { connection } = registry[name];
    return { name: connection.name, line: `${connection.name}: ${connection.yaml(`http://127.0.0.1:${portOf(name, ports)}`)}` };
  });
  const helpdesk = connections.filter(({ name }) => name === HELPDESK);
  const others = connections.filter(({ name }) => name !== HELPDESK);
  return `# Deskbridge on the sandbox. Put these lines into .env beside this file (they open nothing but the sandbox):
${variables()
  .map(([name, value]) => `#   ${name}=${value}`)
  .join('\n')}
server: { port: 8080 } # metrics: http://127.0.0.1:8081/metrics
${helpdesk.map(({ line }) => line).join('\n')}
connections:
${others.map(({ line }) => `  ${line}`).join('\n')}
flows:
  - { name: dunning, on: billing/invoice.payment_failed, do: open-conversation, with: { inbox: Billing, priority: high } }
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
`;
}

/** Where each system sends its webhooks, with the connections of `sandboxConfig` at this origin. */
export function webhookAddresses(server: string): { readonly [Name in SystemName]?: string } {
  return Object.fromEntries(systemNames.map((name) => [name, `${server}/webhooks/${registry[name].connection.name}`]));
}

/** The well-known secrets, under the names that the connections refer to. */
function variables(): readonly (readonly [string, string])[] {
  return systemNames.flatMap((name) => Object.entries(registry[name].connection.variables));
}
