import type { Secret } from '../../../model/secret.ts';
import type { Retry } from '../../call/errors.ts';
import type { ConnectorErrorCode } from '../../../model/step-codes.ts';

/** What one of Slack's error words means. */
export interface SlackVerdict {
  readonly code: ConnectorErrorCode;
  readonly retry: Retry;
  readonly hint: string;
  readonly carriedOut: boolean;
}

/** Without Retry-After beside it. */
const RATE_LIMIT_DELAY_MS = 30_000;
const WORD = /^[a-z0-9_]{1,60}$/;

const REAUTH = verdict(
  'unauthorized',
  { kind: 'reauth' },
  'Slack does not accept the token. Install the app in the workspace again and store its new bot token.',
);
const SCOPE = verdict(
  'forbidden',
  { kind: 'never' },
  'The Slack app lacks a scope or a permission. Add it under OAuth & Permissions and install the app again.',
);
const CHANNEL = verdict(
  'forbidden',
  { kind: 'never' },
  'The app cannot post there. Check the channel id and its posting permissions, invite the app to the channel, or unarchive it.',
);
const INVALID = verdict('invalid', { kind: 'never' }, 'Slack does not accept this message.');
const GONE = verdict('not_found', { kind: 'never' }, 'The thread or message is gone.');
const NO_SUCH_CALL = verdict('unsupported', { kind: 'never' }, 'Slack has no such method any more. Upgrade Deskbridge.');
const BUSY = verdict('unavailable', { kind: 'backoff' }, 'Slack failed; it is tried again.');
const MIGRATING = verdict(
  'unavailable',
  { kind: 'backoff' },
  'The workspace is moving to an Enterprise organisation, and Slack answers now and then; it is tried again.',
);
const LIMIT = verdict('throttled', { kind: 'after', ms: RATE_LIMIT_DELAY_MS }, 'Too many requests or messages; it is tried again.');
/** Whether anything was posted is not known either. */
const UNKNOWN = {
  ...verdict(
    'unknown_refusal',
    { kind: 'backoff' },
    'Slack refused with a word that this version does not know; it is tried again a few times. Look the word up under docs.slack.dev/reference/methods; then retry, or skip.',
  ),
  carriedOut: true,
};

const WORDS: readonly (readonly [SlackVerdict, readonly string[]])[] = [
  [REAUTH, ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'two_factor_setup_required']],
  [
    SCOPE,
    [
      ...['missing_scope', 'no_permission', 'not_allowed_token_type', 'ekm_access_denied', 'access_denied', 'accesslimited'],
      ...['enterprise_is_restricted', 'team_access_not_granted'],
    ],
  ],
  [
    CHANNEL,
    [
      ...['channel_not_found', 'not_in_channel', 'is_archived', 'is_inactive', 'messages_tab_disabled', 'channel_type_not_supported'],
      ...['restricted_action', 'restricted_action_read_only_channel', 'restricted_action_thread_only_channel'],
      ...['restricted_action_non_threadable_channel', 'restricted_action_thread_locked', 'cannot_reply_to_message'],
    ],
  ],
  [
    INVALID,
    [
      ...['msg_too_long', 'msg_blocks_too_long', 'no_text', 'invalid_blocks', 'invalid_blocks_format', 'too_many_attachments'],
      ...['metadata_too_large', 'invalid_metadata_format', 'invalid_metadata_schema', 'metadata_must_be_sent_from_app'],
      ...['invalid_arguments', 'invalid_arg_name', 'invalid_array_arg', 'invalid_charset', 'invalid_form_data', 'invalid_post_type'],
      ...['missing_post_type', 'invalid_cursor', 'invalid_limit', 'invalid_ts_latest', 'invalid_ts_oldest'],
      ...['cant_update_message', 'edit_window_closed'],
    ],
  ],
  [GONE, ['thread_not_found', 'message_not_found']],
  [NO_SUCH_CALL, ['unknown_method', 'method_deprecated', 'deprecated_endpoint', 'upgrade_required']],
  // These come after Slack has begun to work on the request.
  [{ ...BUSY, carriedOut: true }, ['internal_error', 'fatal_error', 'request_timeout', 'update_failed']],
  [BUSY, ['service_unavailable']],
  [MIGRATING, ['team_added_to_org', 'org_login_required', 'external_channel_migrating']],
  // `ratelimited` comes with a 429; the others in a 200, without a delay.
  [LIMIT, ['ratelimited', 'rate_limited', 'message_limit_exceeded']],
];

/** docs.slack.dev/reference/methods: Errors of chat.postMessage, chat.update, conversations.history and conversations.replies. */
const VERDICTS: ReadonlyMap<string, SlackVerdict> = new Map(
  WORDS.flatMap(([verdict, words]) => words.map((word) => [word, verdict] as const)),
);

/** How calls to Slack are authenticated. https://docs.slack.dev/authentication/tokens */
export function slackHeaders(token: Secret): { readonly [name: string]: string } {
  return { authorization: `Bearer ${token.reveal()}` };
}

/** What `{ok: false, error}` means. `needed`: the scope that Slack names. */
export function explainSlack(error: string, needed: string | null): SlackVerdict {
  const found = VERDICTS.get(error) ?? UNKNOWN;
  const scope = needed !== null && /^[a-z:.,_]{1,100}$/.test(needed) ? ` Needed: ${needed}.` : '';
  return { ...found, hint: `${found.hint}${scope}${WORD.test(error) ? ` Slack's word: ${error}.` : ''}` };
}

function verdict(code: ConnectorErrorCode, retry: Retry, hint: string): SlackVerdict {
  return { code, retry, hint, carriedOut: false };
}
