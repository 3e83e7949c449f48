import type { VendorHttp } from '../http-client.ts';
import type { Secret } from '../secret.ts';
import type { ConnectorErrorCode, Retry } from '../errors.ts';

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
  'The Slack app lacks a scope. Add it under OAuth & Permissions and install the app again.',
);
const CHANNEL = verdict(
  'forbidden',
  { kind: 'never' },
  'The app cannot post there. Check the channel id, invite the app to the channel, or unarchive it.',
);
const INVALID = verdict('invalid', { kind: 'never' }, 'Slack does not accept this message.');
const BUSY = verdict('unavailable', { kind: 'backoff' }, 'Slack failed; it is tried again.');

/** docs.slack.dev/reference/methods/chat.postMessage, Errors */
const VERDICTS: ReadonlyMap<string, SlackVerdict> = new Map([
  ...['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'org_login_required'].map(
    (word) => [word, REAUTH] as const,
  ),
  ...['missing_scope', 'no_permission', 'not_allowed_token_type', 'ekm_access_denied'].map((word) => [word, SCOPE] as const),
  ...['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action', 'restricted_action_read_only_channel'].map(
    (word) => [word, CHANNEL] as const,
  ),
  ...['msg_too_long', 'msg_blocks_too_long', 'invalid_blocks', 'no_text', 'metadata_too_large', 'invalid_metadata_format'].map(
    (word) => [word, INVALID] as const,
  ),
  ...['thread_not_found', 'message_not_found'].map(
    (word) => [word, verdict('not_found', { kind: 'never' }, 'The thread or message is gone.')] as const,
  ),
  // These come after Slack has begun to work on the request.
  ...['internal_error', 'fatal_error', 'request_timeout'].map((word) => [word, { ...BUSY, carriedOut: true }] as const),
  ['service_unavailable', BUSY],
  ['ratelimited', verdict('throttled', { kind: 'after', ms: RATE_LIMIT_DELAY_MS }, 'Too many requests; it is tried again.')],
]);

/** How calls to Slack are authenticated. https://docs.slack.dev/authentication/tokens */
export function slackCalls(token: Secret): VendorHttp {
  return { headers: () => ({ authorization: `Bearer ${token.reveal()}` }) };
}

/** What `{ok: false, error}` means; a word not known here is not tried again. `needed`: the scope that Slack names. */
export function explainSlack(error: string, needed: string | null): SlackVerdict {
  const found = VERDICTS.get(error) ?? INVALID;
  const scope = needed !== null && /^[a-z:.,_]{1,100}$/.test(needed) ? ` Needed: ${needed}.` : '';
  return { ...found, hint: `${found.hint}${scope}${WORD.test(error) ? ` Slack's word: ${error}.` : ''}` };
}

function verdict(code: ConnectorErrorCode, retry: Retry, hint: string): SlackVerdict {
  return { code, retry, hint, carriedOut: false };
}
