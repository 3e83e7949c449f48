import { readJsonObject } from '../../receive/json-body.ts';
import { knownFacts } from '../../receive/known-facts.ts';
import { command, interaction, outer } from './schema.ts';
import type { Facts } from '../../connector.ts';
import type { SlackCommand, SlackInteraction, SlackOuter } from './schema.ts';

/** The facts of a stored body. */
export function slackFacts(topic: string, body: Buffer): Facts {
  const json = readJsonObject(body);
  if (!json.ok) return {};
  if (topic.startsWith('command.')) return commandFacts(command.parse(json.value));
  if (topic.startsWith('interaction.')) return interactionFacts(interaction.parse(json.value));
  return eventFacts(outer.parse(json.value));
}

/** The facts of an Events API request. */
export function eventFacts({ team_id: team, event }: SlackOuter): Facts {
  return knownFacts({
    'team.id': team ?? undefined,
    'channel.id': event?.channel ?? event?.item?.channel ?? undefined,
    'user.id': event?.user ?? undefined,
    'message.ts': event?.ts ?? event?.item?.ts ?? undefined,
    'thread.ts': event?.thread_ts ?? undefined,
    'bot.id': event?.bot_id ?? null,
    'app.id': event?.app_id ?? null,
    subtype: event?.subtype ?? null,
  });
}

/** The facts of an interaction. */
export function interactionFacts(payload: SlackInteraction): Facts {
  return knownFacts({
    'team.id': payload.team ?? undefined,
    'channel.id': payload.channel ?? undefined,
    'user.id': payload.user ?? undefined,
    'message.ts': payload.message?.ts ?? payload.container?.message_ts ?? undefined,
    'thread.ts': threadOf(payload) ?? undefined,
    'action.id': payload.actions?.[0]?.action_id ?? undefined,
    'callback.id': payload.callback_id ?? payload.view?.callback_id ?? undefined,
  });
}

/** The facts of a slash command. */
export function commandFacts(fields: SlackCommand): Facts {
  return knownFacts({
    'team.id': fields.team_id ?? undefined,
    'channel.id': fields.channel_id ?? undefined,
    'user.id': fields.user_id ?? undefined,
    command: fields.command ?? undefined,
  });
}

/** The thread that an interaction happened in. */
export function threadOf(payload: SlackInteraction): string | null {
  return payload.message?.thread_ts ?? payload.container?.thread_ts ?? null;
}
