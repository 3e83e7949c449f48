import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { WotnotSettings } from './config.ts';

const FIELD = 'webhookToken';
/** Characters below which a token that is all there is can be guessed. */
const SHORT = 24;

/** Why webhooks must not be accepted; null: they may. */
export function wotnotRefusal(settings: WotnotSettings): string | null {
  return secretProblem(secretList(settings.webhookToken, undefined), FIELD, 'the token set in WotNot with the webhook for events');
}

/** What deserves a look. */
export function wotnotWarnings(settings: WotnotSettings): readonly string[] {
  const odd = secretWarnings(secretList(settings.webhookToken, undefined), FIELD);
  const length = settings.webhookToken?.reveal().length ?? SHORT;
  return length < SHORT
    ? [...odd, `webhookToken has fewer than ${SHORT} characters, and WotNot signs nothing: take a longer random one`]
    : odd;
}
