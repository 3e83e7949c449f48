import type { Message, SlackState, User } from './entities.ts';

type Json = { readonly [name: string]: unknown };

/** A message as histories and events show it (https://docs.slack.dev/reference/events/message). */
export function messageJson(state: SlackState, message: Message, withMetadata: boolean): Json {
  const isRoot = message.replies.length > 0;
  return {
    type: 'message',
    ...(message.deleted ? { subtype: 'tombstone' } : {}),
    ...(message.username === null ? {} : { subtype: 'bot_message', username: message.username }),
    user: message.deleted ? 'USLACKBOT' : message.user,
    ts: message.ts,
    ...(message.botId === null ? {} : { bot_id: message.botId, app_id: message.appId }),
    text: message.text,
    team: state.teamId,
    ...(message.blocks === null ? {} : { blocks: message.blocks }),
    ...(message.threadTs === null && !isRoot ? {} : { thread_ts: message.threadTs ?? message.ts }),
    ...(isRoot ? { reply_count: message.replies.length, latest_reply: message.replies.at(-1)?.ts } : {}),
    ...(message.editedTs === null ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

/** A person (https://docs.slack.dev/reference/methods/users.info). The address needs the scope `users:read.email`. */
export function userJson(state: SlackState, user: User, withEmail: boolean): Json {
  return {
    id: user.id,
    team_id: state.teamId,
    name: user.name,
    deleted: false,
    real_name: user.realName,
    tz: 'Europe/Berlin',
    is_bot: false,
    profile: { real_name: user.realName, display_name: user.name, ...(withEmail ? { email: user.email } : {}) },
  };
}
