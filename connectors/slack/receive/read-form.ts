import { dedupeKey } from '../../receive/dedupe-key.ts';
import { headerText } from '../../receive/headers.ts';
import { decodeUtf8, parseJsonObject } from '../../receive/json-body.ts';
import { unusable } from '../../receive/json-request.ts';
import { sha256Hex } from '../../receive/signature.ts';
import { commandFacts, interactionFacts, threadOf } from './facts.ts';
import { command, interaction } from './schema.ts';
import { foreignApp, threadRecord } from './subject.ts';
import type { RawRequest, Reading } from '../../connector.ts';
import type { SlackSettings } from '../config.ts';

const MAX_FIELDS = 100;

/** Reads an authentic form: an interaction in the field `payload`, or a slash command. What is kept is JSON. */
export function readForm(request: RawRequest, settings: SlackSettings): Reading {
  const text = decodeUtf8(request.body);
  if (text === null) return unusable('the body is not UTF-8', false);
  const form = new URLSearchParams(text);
  if (form.size > MAX_FIELDS) return unusable(`the form has more than ${MAX_FIELDS} fields`, false);
  const payloads = form.getAll('payload');
  const [payload] = payloads;
  if (payload !== undefined)
    return payloads.length === 1 ? readInteraction(request, payload, settings) : unusable('the form has several fields payload', false);
  if (!form.has('command')) return unusable('the form has neither payload nor command', false);
  return readCommand(request, form, settings);
}

function readInteraction(request: RawRequest, text: string, settings: SlackSettings): Reading {
  const json = parseJsonObject(text);
  if (!json.ok) return unusable(`field payload: ${json.problem}`, false);
  const payload = interaction.parse(json.value);
  const event = {
    topic: payload.type === null ? 'unknown' : `interaction.${payload.type}`,
    dedupeKey: dedupeKey('slack', 'interaction', payload.team, ...identityOf(request, payload.trigger_id)),
    record: threadRecord(payload.channel, threadOf(payload) ?? payload.message?.ts ?? payload.container?.message_ts),
    body: Buffer.from(text),
    facts: interactionFacts(payload),
  };
  return foreignApp(payload.api_app_id, settings) ?? { kind: 'events', events: [event] };
}

function readCommand(request: RawRequest, form: URLSearchParams, settings: SlackSettings): Reading {
  // The field `token` is Slack's retired verification token: a shared secret that nobody needs any more.
  form.delete('token');
  const body = JSON.stringify(Object.fromEntries(form));
  const fields = command.parse(Object.fromEntries(form));
  const name = fields.command?.replace(/^\/+/, '') ?? '';
  const event = {
    topic: name === '' ? 'unknown' : `command.${name}`,
    dedupeKey: dedupeKey('slack', 'command', fields.team_id, ...identityOf(request, fields.trigger_id)),
    record: null,
    body: Buffer.from(body),
    facts: commandFacts(fields),
  };
  return foreignApp(fields.api_app_id, settings) ?? { kind: 'events', events: [event] };
}

/** A trigger id is made for one act of a user; without it the signed time keeps two equal acts apart. Slack never sends these again. */
function identityOf(request: RawRequest, triggerId: string | null): readonly (string | null)[] {
  return triggerId === null ? [headerText(request, 'x-slack-request-timestamp'), sha256Hex(request.body)] : [triggerId];
}
