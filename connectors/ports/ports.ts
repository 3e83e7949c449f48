import type { BillingClient } from './billing.ts';
import type { ChatClient } from './chat.ts';
import type { HelpdeskClient } from './helpdesk.ts';

/** What can be asked of a remote system, by role: a system offers those that it can. A new role is a file here and a line. */
export interface Ports {
  readonly helpdesk: HelpdeskClient;
  readonly billing: BillingClient;
  readonly chat: ChatClient;
}

export type PortName = keyof Ports;

/** How messages name a role, such as "a helpdesk". */
export const PORT_TITLES: { readonly [P in PortName]: string } = {
  helpdesk: 'a helpdesk',
  billing: 'a billing system',
  chat: 'a team chat',
};

/** The configured connections, by name. Throws StepError `unknown_connection` where there is none with this role. */
export interface Connections {
  open<P extends PortName>(port: P, connection: string): Ports[P];
}
