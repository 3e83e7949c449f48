import type { HelpdeskClient } from './helpdesk.ts';
import type { BillingClient } from './billing.ts';
import type { ChatClient } from './chat.ts';

/** The configured connections' clients, by name. Throws StepError `unknown_connection` where there is none of that kind. */
export interface Connections {
  helpdesk(name: string): HelpdeskClient;
  billing(name: string): BillingClient;
  chat(name: string): ChatClient;
}
