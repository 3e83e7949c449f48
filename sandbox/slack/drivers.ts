import type { HookAnswer } from '../core/post-once.ts';
import type { Message, SlackState } from './entities.ts';
import type { EventSender } from './webhooks.ts';
import type { Workspace } from './workspace.ts';

/** What a person writes. */
export interface UserMessage {
  readonly channel: string;
  readonly text: string;
  readonly threadTs?: string;
  /** Default: Jan. */
  readonly user?: string;
}

/** A command that a person types. */
export interface Command {
  readonly command: string;
  readonly text: string;
  readonly channel?: string;
  readonly user?: string;
}

/** A button that a person presses. */
export interface Pressed {
  readonly actionId: string;
  readonly value: string;
  readonly channel: string;
  readonly messageTs: string;
  readonly user?: string;
}

const DEFAULT_USER = 'U0JAN';

/** A person writes into a channel or a thread. Throws where channel or thread are unknown. */
export function userWrites(workspace: Workspace, message: UserMessage): { readonly message: Message; readonly told: Promise<void> } {
  const channel = workspace.state.channels.get(message.channel);
  if (channel === undefined) throw new Error(`no channel ${message.channel} in the sandbox`);
  if (message.threadTs !== undefined && !channel.byTs.has(message.threadTs))
    throw new Error(`no message ${message.threadTs} in channel ${message.channel} of the sandbox`);
  const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: message.text }] }] }];
  return workspace.post(channel, { text: message.text, user: message.user ?? DEFAULT_USER, threadTs: message.threadTs ?? null, blocks });
}

/** Somebody who may deletes a message. Throws where channel or message are unknown. */
export function deleteMessage(workspace: Workspace, channelId: string, ts: string): void {
  const channel = workspace.state.channels.get(channelId);
  const message = channel?.byTs.get(ts);
  if (channel === undefined || message === undefined) throw new Error(`no message ${ts} in channel ${channelId} of the sandbox`);
  workspace.remove(channel, message);
}

/** A person types a command (https://docs.slack.dev/interactivity/implementing-slash-commands). */
export function slashCommand(state: SlackState, sender: EventSender, command: Command): Promise<HookAnswer> {
  const user = command.user ?? DEFAULT_USER;
  const channel = command.channel ?? 'C0123';
  return sender.form('commands', {
    token: 'sandbox',
    team_id: state.teamId,
    team_domain: 'acme',
    channel_id: channel,
    channel_name: state.channels.get(channel)?.name ?? '',
    user_id: user,
    user_name: state.users.get(user)?.name ?? '',
    command: command.command,
    text: command.text,
    api_app_id: state.appId,
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.example/commands/1',
    trigger_id: '1.2.3',
  });
}

/** A person presses a button (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
export function pressButton(state: SlackState, sender: EventSender, pressed: Pressed): Promise<HookAnswer> {
  const user = state.users.get(pressed.user ?? DEFAULT_USER);
  const payload = {
    type: 'block_actions',
    token: 'sandbox',
    team: { id: state.teamId, domain: 'acme' },
    api_app_id: state.appId,
    user: { id: user?.id, username: user?.name, name: user?.name, team_id: state.teamId },
    container: { type: 'message', message_ts: pressed.messageTs, channel_id: pressed.channel, is_ephemeral: false },
    channel: { id: pressed.channel, name: state.channels.get(pressed.channel)?.name },
    message: { ts: pressed.messageTs, type: 'message' },
    trigger_id: '1.2.3',
    response_url: 'https://hooks.slack.example/actions/1',
    actions: [{ type: 'button', action_id: pressed.actionId, block_id: 'actions', value: pressed.value, action_ts: pressed.messageTs }],
  };
  return sender.form('interactivity', { payload: JSON.stringify(payload) });
}
