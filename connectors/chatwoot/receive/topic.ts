/** Chatwoot's event names in Deskwoot's spelling, so that one flow serves both helpdesks. Others stay as they came. */
const TOPICS = new Map([
  ['conversation_created', 'conversation.created'],
  ['conversation_updated', 'conversation.updated'],
  ['conversation_status_changed', 'conversation.status_changed'],
  ['conversation_opened', 'conversation.opened'],
  ['conversation_resolved', 'conversation.resolved'],
  ['conversation_typing_on', 'conversation.typing_on'],
  ['conversation_typing_off', 'conversation.typing_off'],
  ['message_created', 'message.created'],
  ['message_updated', 'message.updated'],
  ['contact_created', 'contact.created'],
  ['contact_updated', 'contact.updated'],
  ['inbox_created', 'inbox.created'],
  ['inbox_updated', 'inbox.updated'],
  ['webwidget_triggered', 'webwidget.triggered'],
]);

/** The topic of an event name. */
export function toTopic(event: string | null): string {
  if (event === null) return 'unknown';
  return TOPICS.get(event) ?? event;
}

/** What kind of record a topic is about. */
export function subjectOf(topic: string): 'message' | 'conversation' | 'typing' | 'contact' | 'inbox' | 'widget' | null {
  if (topic.startsWith('message.')) return 'message';
  if (topic.startsWith('conversation.typing_')) return 'typing';
  if (topic.startsWith('conversation.')) return 'conversation';
  if (topic.startsWith('contact.')) return 'contact';
  if (topic.startsWith('inbox.')) return 'inbox';
  return topic === 'webwidget.triggered' ? 'widget' : null;
}
