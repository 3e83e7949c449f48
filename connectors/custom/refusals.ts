import { secretList, secretProblem, secretWarnings } from '../settings.ts';
import { decodeKey, MAX_BYTES, MIN_BYTES, PROPER_BYTES, symmetricBytes } from './receive/key.ts';
import type { CustomSettings } from './config.ts';

const FIELDS = 'secret or secrets';
const SOURCE = `whsec_… or bare base64 of ${PROPER_BYTES} to ${MAX_BYTES} bytes, or an ed25519 public key whpk_…`;

/** Why webhooks must not be accepted; null: they may. */
export function customRefusal(settings: CustomSettings): string | null {
  const secrets = secretList(settings.secret, settings.secrets);
  const problem = secretProblem(secrets, FIELDS, SOURCE);
  if (problem !== null) return problem;
  const bad = secrets.findIndex((secret) => decodeKey(secret.reveal()) === null);
  if (bad < 0) return null;
  return `secret ${bad + 1} of ${FIELDS} is not a Standard Webhooks secret: ${whyNot(symmetricBytes(secrets[bad]?.reveal() ?? ''))}`;
}

/** What deserves a look. */
export function customWarnings(settings: CustomSettings): readonly string[] {
  const secrets = secretList(settings.secret, settings.secrets);
  const short = secrets.flatMap((secret, index) => {
    const bytes = symmetricBytes(secret.reveal());
    if (bytes === null || bytes < MIN_BYTES || bytes >= PROPER_BYTES) return [];
    return `secret ${index + 1} of ${FIELDS} has ${bytes} bytes, fewer than the ${PROPER_BYTES} that Standard Webhooks asks for; it is used as it is: take a longer one where the sender lets you`;
  });
  return [...secretWarnings(secrets, FIELDS), ...short];
}

function whyNot(bytes: number | null): string {
  if (bytes === null) return `expected ${SOURCE}`;
  const wanted = `it has ${bytes} bytes, expected ${PROPER_BYTES} to ${MAX_BYTES}`;
  return bytes < MIN_BYTES ? `${wanted} (${MIN_BYTES} at least): ask the sender for a longer one` : wanted;
}
