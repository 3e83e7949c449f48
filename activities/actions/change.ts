import type { EffectClass, Send } from '../../model/effect.ts';
import type { HelpdeskClient, Priority } from '../../connectors/ports/helpdesk.ts';
import type { Json } from '../../model/json.ts';
import type { ActionContext, ActionTable } from '../steps/action.ts';
import { resolveAssignment } from './assignment.ts';
import { perform } from './effect.ts';
import { findNamed } from './names.ts';
import type { NameCache } from './names.ts';

/** A change of one field of a conversation. */
interface Change {
  readonly connection: string;
  readonly conversationId: string;
  readonly kind: 'label' | 'priority' | 'assignment' | 'status';
  readonly class: EffectClass;
  readonly values: Json;
  send(client: HelpdeskClient, send: Send): Promise<void>;
}

/** Actions that change one field of a conversation. */
export function createChangeActions(names: NameCache): Pick<ActionTable, 'addLabel' | 'setPriority' | 'assign'> {
  return {
    addLabel: async (context, { connection, conversationId, label }) => {
      const { name } = await findNamed(context, names, { connection, kind: 'label', name: label });
      const effects = context.connections.open('helpdesk', connection).effects;
      const send: Change['send'] = (client, told) => client.addLabel(conversationId, name, told);
      return change(context, { connection, conversationId, kind: 'label', class: effects.addLabel, values: { label: name }, send });
    },
    setPriority: (context, { connection, conversationId, priority }) => setPriority(context, connection, conversationId, priority),
    assign: async (context, { connection, conversationId, assignee, team }) => {
      if (assignee === null && team === null) return null;
      const to = await resolveAssignment(context, names, { connection, assignee, team });
      const effects = context.connections.open('helpdesk', connection).effects;
      const send: Change['send'] = (client, told) => client.assign(conversationId, to, told);
      return change(context, { connection, conversationId, kind: 'assignment', class: effects.assign, values: to, send });
    },
  };
}

/** Opens a conversation again that is resolved, snoozed or pending. */
export async function reopen(context: ActionContext, connection: string, conversationId: string): Promise<null> {
  const effects = context.connections.open('helpdesk', connection).effects;
  const send: Change['send'] = (client, told) => client.reopen(conversationId, told);
  return change(context, { connection, conversationId, kind: 'status', class: effects.reopen, values: { status: 'open' }, send });
}

async function setPriority(context: ActionContext, connection: string, conversationId: string, priority: Priority): Promise<null> {
  const effects = context.connections.open('helpdesk', connection).effects;
  const send: Change['send'] = (client, told) => client.setPriority(conversationId, priority, told);
  return change(context, { connection, conversationId, kind: 'priority', class: effects.setPriority, values: { priority }, send });
}

async function change(
  context: ActionContext,
  { connection, conversationId, kind, values, send, class: effectClass }: Change,
): Promise<null> {
  const client = context.connections.open('helpdesk', connection);
  await perform(context, {
    class: effectClass,
    connection,
    kind,
    target: `conversation:${conversationId}`,
    // One step may change a field and create a record: their intents stay apart.
    part: kind,
    values,
    send: async (told) => {
      await send(client, told);
      return conversationId;
    },
  });
  return null;
}
