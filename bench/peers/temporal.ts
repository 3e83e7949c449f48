import { openBare } from '../ingest/bare.ts';
import type { Peer, PeerParts } from './peer.ts';

/**
 * Bare Temporal: a workflow an event, its id the event's, with one activity. An activity whose worker died is tried again when its
 * 30 s are over.
 */
export async function startTemporalPeer(parts: PeerParts): Promise<Peer> {
  const bare = await openBare(parts.service('temporal'), parts.bundlePath, parts.effect);
  return {
    accept: ({ id, text, body }) => bare.start(id, { text, body }),
    held: () => bare.running(),
    close: () => bare.close(),
  };
}
