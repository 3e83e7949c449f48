import type { FaultKind } from '../../sandbox/core/faults.ts';
import type { SystemHandle } from '../../sandbox/core/handle.ts';
import type { Sandbox } from '../../sandbox/main.ts';
import type { Helpdesk } from './stack.ts';

/** What a person's writing has made. */
export interface Wrote {
  readonly conversationId: string;
  /** Resolves when the webhooks of it have been answered. */
  readonly told: Promise<void>;
}

/** A conversation as its agents see it. */
export interface DeskConversation {
  readonly id: string;
  readonly email: string | null;
  readonly open: boolean;
  readonly labels: readonly string[];
  readonly priority: string | null;
  readonly notes: readonly string[];
}

/** Either helpdesk of the sandbox, in the same words. */
export interface Desk {
  readonly system: SystemHandle;
  customerWrites(conversation: string, text: string): Wrote;
  agentWrites(conversation: string, text: string): Wrote;
  conversations(): readonly DeskConversation[];
}

/** The helpdesk that a stack speaks to, as its people use it. */
export function deskOf(sandbox: Sandbox, helpdesk: Helpdesk): Desk {
  return helpdesk === 'chatwoot' ? chatwootDesk(sandbox) : deskwootDesk(sandbox);
}

/** Arms a fault of every further post to Slack; `times` default 1. */
export function failPosts(
  sandbox: Sandbox,
  kind: FaultKind,
  more: { readonly times?: number; readonly ms?: number; readonly retryAfter?: number } = {},
): void {
  sandbox.slack.faults.add({ kind, match: { method: 'POST', path: '/api/chat.postMessage' }, ...more });
}

function chatwootDesk({ chatwoot }: Sandbox): Desk {
  const toWrote = (written: { readonly conversationId: number; readonly told: Promise<void> }): Wrote => ({
    conversationId: String(written.conversationId),
    told: written.told,
  });
  return {
    system: chatwoot,
    customerWrites: (conversation, text) => toWrote(chatwoot.customerWrites(conversation === 'new' ? 'new' : Number(conversation), text)),
    agentWrites: (conversation, text) => toWrote(chatwoot.agentWrites(Number(conversation), text)),
    conversations: () =>
      [...chatwoot.state.conversations.values()].map((one) => ({
        id: String(one.displayId),
        email: one.contact.email,
        open: one.status === 'open',
        labels: one.labels,
        priority: one.priority,
        notes: one.messages.filter((message) => message.private).map((message) => message.content ?? ''),
      })),
  };
}

function deskwootDesk({ deskwoot }: Sandbox): Desk {
  const { state } = deskwoot;
  return {
    system: deskwoot,
    customerWrites: (conversation, text) => deskwoot.customerWrites(conversation, text),
    agentWrites: (conversation, text) => deskwoot.agentWrites(conversation, text),
    conversations: () =>
      [...state.conversations.values()].map((one) => ({
        id: one.id,
        email: state.contacts.get(one.contactId)?.email ?? null,
        open: one.status === 'OPEN',
        labels: [...one.labelIds].map((id) => state.labels.get(id)?.title ?? id),
        priority: one.priority?.toLowerCase() ?? null,
        notes: one.messages.filter((message) => message.private).map((message) => message.content),
      })),
  };
}
