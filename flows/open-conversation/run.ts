import type { Invoice } from '../../connectors/ports/billing.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { JsonObject } from '../../model/json.ts';
import { defineRun, isTextOrNull } from '../define-run.ts';
import { aboutFact, booleanFact, factOf, numberFact, textFact } from '../facts.ts';
import type { FlowOutcome } from '../flow.ts';
import { StepError } from '../../model/step-failure.ts';
import type { Steps } from '../steps.ts';
import type { OpenConversationOptions } from './options.ts';
import { noteText, openingText } from './text.ts';

/** Invoice statuses in which nothing is owed any more: a late event does nothing. */
const SETTLED: readonly string[] = ['paid', 'void', 'uncollectible'];

/** When this is done, all is. */
const LAST_STEP = 'note';

/** What every step needs once the invoice is known. */
interface Task {
  readonly steps: Steps;
  readonly event: StoredEvent;
  readonly options: OpenConversationOptions;
  readonly invoice: Invoice;
}

/** Reads the invoice again, then opens or reuses a conversation with its customer and leaves a private note. */
export const runOpenConversation = defineRun('open-conversation', isOpenConversationOptions, async (steps, event, options) => {
  const invoiceId = textFact(event, 'invoice.id');
  if (invoiceId === null) return ignored('The event names no invoice.');
  const invoice = await readInvoice(steps, event, invoiceId);
  if ('outcome' in invoice) return invoice;
  if (invoice.status !== null && SETTLED.includes(invoice.status)) {
    return ignored(`Invoice ${invoiceId} is ${invoice.status} by now: nothing to do.`);
  }
  return tellOnce({ steps, event, options, invoice });
});

/**
 * Several events may tell of one failed attempt, and each attempt is told once. Attempts made by hand do not raise the count: those are
 * known by their charge, else by the request that made them (https://docs.stripe.com/api/invoices/object, attempt_count).
 */
async function tellOnce(task: Task): Promise<FlowOutcome> {
  const { steps, event, options, invoice } = task;
  const attempt = numberFact(event, 'invoice.attemptCount') ?? invoice.attemptCount;
  const by = textFact(event, 'invoice.charge') ?? textFact(event, 'request.id') ?? textFact(event, 'invoice.payment');
  const fact = factOf(event, 'payment failed', invoice.id, attempt, by);
  const { connection } = options;
  const { toldBy, keyedBy } = await steps.run(
    { name: 'fact', summary: `Was attempt ${attempt} of invoice ${invoice.id} told?` },
    'findFact',
    {
      connection,
      fact,
      lastStep: LAST_STEP,
    },
  );
  if (toldBy !== null) return ignored(`Attempt ${attempt} of invoice ${invoice.id} was told by event ${toldBy} already.`);
  return tellAgents(keyedBy === 'event' ? task : { ...task, steps: aboutFact(steps, fact) });
}

/** The invoice as it is now, or how the run ends without it. */
async function readInvoice(steps: Steps, event: StoredEvent, invoiceId: string): Promise<Invoice | FlowOutcome> {
  const account = textFact(event, 'account');
  const livemode = booleanFact(event, 'livemode');
  const where = { account, context: textFact(event, 'context'), livemode };
  try {
    const invoice = await steps.run({ name: 'read-invoice', summary: `Read invoice ${invoiceId}` }, 'readInvoice', {
      connection: event.connection,
      invoiceId,
      ...where,
    });
    return invoice ?? ignored(`Invoice ${invoiceId} does not exist any more${account === null ? '' : ` in account ${account}`}.`);
  } catch (error) {
    // Stripe sends a platform's live endpoint the tests of its connected accounts too. The other way round a key is wrong: that parks.
    if (livemode !== false || !(error instanceof StepError) || error.failure.code !== 'wrong_mode') throw error;
    return ignored(`Invoice ${invoiceId} is of test mode, and the key of connection ${event.connection} of live mode.`);
  }
}

async function tellAgents(task: Task): Promise<FlowOutcome> {
  const { steps, options, invoice } = task;
  const { conversationId, created } = await openConversation(task);
  const target = { connection: options.connection, conversationId };
  if (options.label !== null) {
    await steps.run({ name: 'label', item: options.label, summary: `Label conversation ${conversationId}` }, 'addLabel', {
      ...target,
      label: options.label,
    });
  }
  if (options.priority !== null) {
    await steps.run({ name: 'priority', summary: `Priority ${options.priority} for conversation ${conversationId}` }, 'setPriority', {
      ...target,
      priority: options.priority,
    });
  }
  // A conversation that is new was assigned as it was created.
  if (!created && (options.assignee !== null || options.team !== null)) {
    await steps.run({ name: 'assign', summary: `Assign conversation ${conversationId}` }, 'assign', {
      ...target,
      assignee: options.assignee,
      team: options.team,
    });
  }
  // Last: its text depends on the invoice's state, and a retry must not send another text.
  await steps.run({ name: LAST_STEP, summary: `Note about invoice ${invoice.id} in conversation ${conversationId}` }, 'postMessage', {
    ...target,
    text: noteText(options.note, invoice),
    private: true,
  });
  return { outcome: 'done', text: `Conversation ${conversationId} ${created ? 'opened' : 'used again'} for invoice ${invoice.id}.` };
}

async function openConversation({
  steps,
  event,
  options,
  invoice,
}: Task): Promise<{ readonly conversationId: string; readonly created: boolean }> {
  const { connection, inbox, reuse, assignee, team } = options;
  const { id, customerId } = invoice;
  const whose = customerId === null ? `invoice ${id}` : `customer ${customerId}`;
  const contact = await steps.run({ name: 'contact', summary: `Contact of ${whose}` }, 'ensureContact', {
    connection,
    externalId: customerId === null ? null : `stripe:${customerId}`,
    record: customerId === null ? null : { connection: event.connection, id: customerId },
    name: invoice.customerName,
    email: invoice.customerEmail,
    phone: invoice.customerPhone,
    inbox,
  });
  const { conversation, created } = await steps.run(
    { name: 'conversation', summary: `Conversation with contact ${contact.id}` },
    'ensureConversation',
    {
      connection,
      contactId: contact.id,
      inbox,
      reuse,
      opening: openingText(options.opening, invoice),
      assignee,
      team,
    },
  );
  return { conversationId: conversation.id, created };
}

function isOpenConversationOptions(options: JsonObject): options is OpenConversationOptions {
  const texts = [options['connection'], options['inbox'], options['note'], options['opening']];
  const maybe = [options['label'], options['assignee'], options['team']];
  const reuse = options['reuse'];
  const priority = options['priority'];
  return (
    texts.every((value) => typeof value === 'string') &&
    maybe.every(isTextOrNull) &&
    (reuse === 'open' || reuse === 'any' || reuse === 'never') &&
    (priority === null || priority === 'urgent' || priority === 'high' || priority === 'medium' || priority === 'low')
  );
}

function ignored(text: string): FlowOutcome {
  return { outcome: 'ignored', text };
}
