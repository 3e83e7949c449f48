import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import type { SlackSettings } from './config.ts';

const FIELDS = 'signingSecret or signingSecrets';

/** Why requests must not be accepted; null: they may. */
export function slackRefusal(settings: SlackSettings): string | null {
  return secretProblem(
    secretList(settings.signingSecret, settings.signingSecrets),
    FIELDS,
    'the signing secret on the page Basic Information of the Slack app',
  );
}

/** What deserves a look. */
export function slackWarnings(settings: SlackSettings): readonly string[] {
  return secretWarnings(secretList(settings.signingSecret, settings.signingSecrets), FIELDS);
}
