import type { OperationInput } from '../../flows/steps.ts';
import type { OperationContext, OperationTable } from '../operation.ts';
import { retryLater } from './failure.ts';

/** How long an answer that is still on its way is waited for. */
const UNSETTLED_RETRY_MS = 500;

type Own = 'own' | 'foreign' | 'pending';

/** Tells what we wrote ourselves from what others did. */
export const echoOperations: Pick<OperationTable, 'isEcho'> = {
  isEcho: async (context, input) => {
    // Only our own writes leave a mark.
    if (input.mark !== null) return true;
    const own = input.messageId === null ? await isOwnConversation(context, input) : await isOwnMessage(context, input, input.messageId);
    if (own === 'pending') throw unsettled(context, input);
    return own === 'own';
  },
};

async function isOwnConversation(
  { ledger }: OperationContext,
  { connection, conversationId, contactId }: OperationInput<'isEcho'>,
): Promise<Own> {
  const target = typeof contactId === 'string' ? `contact:${contactId}` : `conversation:${conversationId}`;
  return ledger.isOwn({ connection, kind: 'conversation', target, remoteId: conversationId, text: null });
}

async function isOwnMessage(context: OperationContext, input: OperationInput<'isEcho'>, messageId: string): Promise<Own> {
  const { ledger } = context;
  const { connection, conversationId, text } = input;
  const own = await ledger.isOwn({ connection, kind: 'message', target: `conversation:${conversationId}`, remoteId: messageId, text });
  if (own !== 'foreign' || text === null) return own;
  // The opening message of a conversation that we created has no intent of its own.
  const contactId = typeof input.contactId === 'string' ? input.contactId : await contactOfOwn(context, input);
  return contactId === null ? own : ledger.isOwn({ connection, kind: 'conversation', target: `contact:${contactId}`, remoteId: null, text });
}

/** Some helpdesks' messages do not tell the contact: it is read, and only where the conversation is one that we created. */
async function contactOfOwn(context: OperationContext, input: OperationInput<'isEcho'>): Promise<string | null> {
  const { connection, conversationId } = input;
  if ((await isOwnConversation(context, input)) !== 'own') return null;
  const conversation = await context.connections.helpdesk(connection).readConversation(conversationId);
  return conversation?.contact?.id ?? null;
}

function unsettled(context: OperationContext, { connection, conversationId }: OperationInput<'isEcho'>): Error {
  const message = `A write of ours to conversation ${conversationId} of ${connection} is not settled yet, and this may be its echo.`;
  return retryLater(
    context,
    { code: 'echo_unsettled', message, hint: 'Nothing to do: it is looked at again as soon as the write has its answer.', connection },
    UNSETTLED_RETRY_MS,
  );
}
