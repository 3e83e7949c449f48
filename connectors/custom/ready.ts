import { secretList, secretProblem, secretWarnings } from '../settings-fields.ts';
import { decodeKey } from './key.ts';
import type { CustomSettings } from './config.ts';

const FIELDS = 'secret or secrets';
const SOURCE = 'whsec_… or bare base64 of 24 to 64 bytes, or an ed25519 public key whpk_…';

/** Why webhooks must not be accepted; null: they may. */
export function customReady(settings: CustomSettings): string | null {
  const secrets = secretList(settings.secret, settings.secrets);
  const problem = secretProblem(secrets, FIELDS, SOURCE);
  if (problem !== null) return problem;
  const bad = secrets.findIndex((secret) => decodeKey(secret.reveal()) === null);
  return bad < 0 ? null : `secret ${bad + 1} of ${FIELDS} is not a Standard Webhooks secret: expected ${SOURCE}`;
}

/** What deserves a look. */
export function customWarnings(settings: CustomSettings): readonly string[] {
  return secretWarnings(secretList(settings.secret, settings.secrets), FIELDS);
}
