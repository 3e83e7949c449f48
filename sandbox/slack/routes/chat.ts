import type { Request, Route } from '../../core/exchange.ts';
import type { Fields } from '../../core/values.ts';
import type { Caller } from '../access.ts';
import type { Channel, Message } from '../entities.ts';
import type { Workspace } from '../workspace.ts';

import { json, Refusal } from '../../core/exchange.ts';
import { isFields, listOf, parseJson, textOf } from '../../core/values.ts';
import { argumentsOf, channelOf, objectArgument, rateLimited, refuse } from '../access.ts';
import { messageJson } from '../formatters.ts';

const MAX_TEXT = 40_000;
const MAX_BLOCKS = 50;
const POST_GAP_MS = 1000;

/**
 * Posting, changing and deleting messages (https://docs.slack.dev/reference/methods/chat.postMessage, chat.update, chat.delete).
 * `limited`: one post a second per channel.
 */
export function chatRoutes(workspace: Workspace, clock: () => number, limited: boolean): readonly Route<Caller>[] {
  return [
    {
      method: 'POST',
      path: '/api/chat.postMessage',
      needs: 'chat:write',
      handle: (request, caller) => {
        const message = post(workspace, request, caller, clock(), limited);
        return json({ ok: true, channel: message.channel, ts: message.ts, message: messageJson(workspace.state, message, true) });
      },
    },
    {
      method: 'POST',
      path: '/api/chat.update',
      needs: 'chat:write',
      handle: (request) => {
        const args = argumentsOf(request);
        const channel = channelOf(workspace.state, args);
        const message = channel.byTs.get(textOf(args['ts']) ?? '') ?? refuse('message_not_found');
        if (message.botId !== workspace.state.botId || message.deleted) refuse('cant_update_message');
        message.text = textFrom(args);
        message.blocks = blocksFrom(args) ?? message.blocks;
        message.metadata = metadataFrom(args) ?? message.metadata;
        message.editedTs = `${Math.floor(clock() / 1000)}.000000`;
        return json({
          ok: true,
          channel: channel.id,
          ts: message.ts,
          text: message.text,
          message: messageJson(workspace.state, message, true),
        });
      },
    },
    {
      method: 'POST',
      path: '/api/chat.delete',
      needs: 'chat:write',
      handle: (request) => {
        const args = argumentsOf(request);
        const channel = channelOf(workspace.state, args);
        const message = channel.byTs.get(textOf(args['ts']) ?? '') ?? refuse('message_not_found');
        if (message.botId !== workspace.state.botId) refuse('cant_delete_message');
        workspace.remove(channel, message);
        return json({ ok: true, channel: channel.id, ts: message.ts });
      },
    },
  ];
}

function post(workspace: Workspace, request: Request, caller: Caller, now: number, limited: boolean): Message {
  const { state } = workspace;
  const args = argumentsOf(request);
  const channel = channelOf(state, args);
  if (limited) countPost(channel, now);
  const username = textOf(args['username']) ?? null;
  if (username !== null && !caller.scopes.includes('chat:write.customize'))
    refuse('missing_scope', { needed: 'chat:write.customize', provided: caller.scopes.join(',') });
  const text = textFrom(args);
  const threadTs = textOf(args['thread_ts']) ?? null;
  const root = threadTs === null ? undefined : rootOf(channel, threadTs);
  const fields = {
    text,
    user: state.botUserId,
    botId: state.botId,
    appId: state.appId,
    username,
    blocks: blocksFrom(args) ?? null,
    metadata: metadataFrom(args) ?? null,
  };
  return workspace.post(channel, { ...fields, threadTs: root?.threadTs ?? root?.ts ?? null }).message;
}

/** The thread's first message. Where it was deleted, a reply is taken and goes to the channel (slack-go/slack#1571). */
function rootOf(channel: Channel, threadTs: string): Message | undefined {
  if (channel.gone.has(threadTs)) return undefined;
  return channel.byTs.get(threadTs) ?? refuse('thread_not_found');
}

function countPost(channel: Channel, now: number): void {
  const waitMs = channel.lastPostMs + POST_GAP_MS - now;
  if (waitMs > 0) throw new Refusal(rateLimited(Math.ceil(waitMs / 1000)));
  channel.lastPostMs = now;
}

function textFrom(args: Fields): string {
  const text = textOf(args['text']) ?? '';
  if (text.length > MAX_TEXT) refuse('msg_too_long');
  return text === '' && blocksFrom(args) === undefined ? refuse('no_text') : text;
}

function blocksFrom(args: Fields): readonly unknown[] | undefined {
  const given = args['blocks'];
  if (given === undefined) return undefined;
  const blocks = listOf(typeof given === 'string' ? parseJson(given) : given);
  return blocks.length === 0 || blocks.length > MAX_BLOCKS || !blocks.every(isFields) ? refuse('invalid_blocks') : blocks;
}

function metadataFrom(args: Fields): Fields | undefined {
  if (args['metadata'] === undefined) return undefined;
  const metadata = objectArgument(args['metadata']) ?? refuse('invalid_metadata_format');
  return typeof metadata['event_type'] === 'string' && isFields(metadata['event_payload']) ? metadata : refuse('invalid_metadata_schema');
}
