import type { Finding } from '../model/finding.ts';
import { EMBEDDED_PARTS } from './sections/production.ts';
import type { Settings } from './settings.ts';

/** A part that can be embedded. */
export type EmbeddedPart = (typeof EMBEDDED_PARTS)[number];

const REPLACEMENTS = {
  temporal: 'Set `temporal.address` to a Temporal service.',
  store: 'Set `store.url` to a PostgreSQL database.',
  encryption: 'Set `encryption.key` to 32 random bytes by reference, for example from `openssl rand -base64 32`.',
} as const;

/** The parts that this configuration leaves to Deskbridge: the dev server, PGlite, a key made on the spot. */
export function embeddedParts(settings: Pick<Settings, EmbeddedPart>): readonly EmbeddedPart[] {
  const given = {
    temporal: settings.temporal !== undefined,
    store: settings.store.url !== undefined,
    encryption: settings.encryption !== undefined,
  };
  return EMBEDDED_PARTS.filter((part) => !given[part]);
}

/** Production refuses embedded parts, unless `production.allowEmbedded` names them. */
export function refuseEmbedded(settings: Pick<Settings, EmbeddedPart | 'production'>): readonly Finding[] {
  const allowed = settings.production.allowEmbedded;
  const refused = embeddedParts(settings).filter((part) => !(typeof allowed === 'boolean' ? allowed : allowed.includes(part)));
  return refused.map((part) => ({
    path: [part],
    expected: 'a part that stands on its own, in production',
    found: 'the embedded one',
    hint: `${REPLACEMENTS[part]} To run on the embedded one all the same: production: { allowEmbedded: [${part}] }.`,
  }));
}
