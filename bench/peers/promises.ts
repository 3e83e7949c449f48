import type { PeerName } from './peer.ts';

/** What a peer promises about one effect, from its documentation, and what its run here rests on. */
export const PROMISES: { readonly [name in PeerName]: string } = {
  ours: 'once, in order per key, across crashes: a remote system that takes no idempotency key is asked before it is sent again',
  bullmq:
    'at least once; a power cut may take the last second; a job of a dead worker runs again after 30 to 60 s; order per key only in the paid edition',
  'bullmq-always': 'at least once; each job on disk before it is acknowledged; otherwise as bullmq',
  'pg-boss': 'at least once; a job of a dead worker runs again after its time-out (15 min, here 30 s); no order per key in this version',
  'graphile-worker':
    'at least once; a job of a dead worker waits 4 h, unless an operator unlocks it (done here at the restart); one at a time per named queue, but not with the local queue that its speed comes from (graphile/worker#621)',
  dbos: 'a step at least once, never again when it is recorded; one at a time per partition of a queue; recovered at the restart',
  restate: 'a step at least once, never again when it is recorded; one at a time per key of a virtual object; called again at the restart',
  temporal: 'an activity at least once; one of a dead worker is tried again when its time-out (here 30 s) is over; no order',
};
