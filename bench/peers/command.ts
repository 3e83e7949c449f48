import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { hasPostgres } from '../chaos/postgres.ts';
import { TEMPORAL_KINDS, toTemporalKind } from '../rig/temporal-choice.ts';
import { measureKills } from './kill.ts';
import { PEERS } from './peer.ts';
import { measureRound, warmUp } from './phases.ts';
import { compare, judgePeers, toPeersText } from './report.ts';
import { openPeerStage } from './stage.ts';
import type { IngestSurroundings } from '../ingest/ingest.ts';
import type { PeerName } from './peer.ts';
import type { PeerSizes, RoundFigures } from './phases.ts';
import type { PeerFigures } from './report.ts';
import type { PeerStage, RunningPeer } from './stage.ts';

const HELP = `Does the same work with other libraries, side by side in one run.

  npm run bench -- peers [--only a,b] [--seconds N] [--rounds N] [--burst N] [--calm N] [--kills N] [--temporal dev|real] [--json] [--help]

ours             the product on PostgreSQL: receiver, dispatcher and worker
bullmq           BullMQ on Redis, append-only file synced every second, as its documentation recommends
bullmq-always    the same, synced with every write
pg-boss          } on PostgreSQL
graphile-worker  }
dbos             }
restate          its own server
temporal         client.workflow.start for each request, one activity

--only a,b   these alone; without ours nothing is compared or judged
--seconds N  length of acknowledging alone in a round (default 1.5)
--rounds N   rounds, in each of which every peer has its turn, in another order; ratios are medians over the rounds (default 5)
--burst N    events of the burst (default 2000; temporal gets 300, it would take minutes)
--calm N     seconds of ten events a second (default 5)
--kills N    how often each process is killed in the middle (default 1; 0: not at all)
--temporal   the server that ours and temporal run on: the CLI's dev server, in memory (default), or a real one on PostgreSQL
--json       figures as JSON

Each peer is a process of its own behind the same receiver, which verifies the same signature and answers when the peer says that the
event is stored. An event is one HTTP call at a sink in a process of its own, which takes no idempotency key; every acknowledged id is
looked for there. CPU is of the burst: of the peer's process, and with the servers it stores in (Linux).
Killing: 640 events of 32 keys, those of a key one after another; SIGKILL when a third has taken effect, a restart at once, and what is
not acknowledged is sent again. Where a peer can run the events of a key in order, it is used so. "looked for" counts how often the sink
was asked whether it has an effect already.
Redis is taken from the PATH or, by root, from Debian's package; Restate's server is fetched from its npm package.
Exit status: 0 ours lost nothing, doubled nothing and kept the order, 1 it did not, 2 ours was not measured.
`;

const NO_TEMPORAL = 'TEMPORAL_CLI_PATH is not set: run this as `npm run bench -- peers`, which finds the Temporal CLI.';
const NO_POSTGRES =
  'There are no PostgreSQL programs (initdb, postgres) on this machine; install them (Debian: apt-get install postgresql).';
const TEMPORAL_BURST = 300;
const WARM_UP = { ms: 3000, burst: 1000 };
const TEMPORAL_WARM_UP = { ms: 200, burst: 32 };

interface Plan extends PeerSizes {
  readonly rounds: number;
  readonly kills: number;
}

/** Runs the command; gives the exit status. */
export async function runPeers(args: readonly string[], surroundings: IngestSurroundings): Promise<number> {
  const { temporalCliPath, path, write, progress } = surroundings;
  const refuse = (why: string): number => {
    progress(why);
    return 2;
  };
  const values = readOptions(args);
  if (values.help) {
    write(HELP);
    return 0;
  }
  const [names, temporal] = [toNames(values.only), toTemporalKind(values.temporal)];
  if (names === null) return refuse(`--only ${values.only ?? ''}: expected some of ${PEERS.join(', ')}.`);
  if (temporal === null) return refuse(`--temporal ${values.temporal}: expected ${TEMPORAL_KINDS.join(' or ')}.`);
  if (temporalCliPath === undefined) return refuse(NO_TEMPORAL);
  if (!hasPostgres(path)) return refuse(NO_POSTGRES);
  const plan = toPlan(values);
  const loadBefore = loadOfLastMinute();
  const stage = await openPeerStage({ temporalCliPath, temporal, path, peers: names, onProgress: progress });
  try {
    const figures = await measure(stage, plan, progress);
    const checks = judgePeers(figures);
    const machine = { cores: availableParallelism(), loadBefore, loadAfter: loadOfLastMinute() };
    const rest = { machine, leftOut: stage.leftOut, checks };
    write(values.json ? toJson({ temporal, plan, figures, ratios: compare(figures), ...rest }) : toPeersText(figures, rest));
    if (checks.length === 0) return 2;
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await stage.close();
  }
}

function toJson(all: object): string {
  return `${JSON.stringify(all, null, 2)}\n`;
}

function loadOfLastMinute(): number {
  return loadavg()[0] ?? Number.NaN;
}

function readOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '1.5' },
      rounds: { type: 'string', default: '5' },
      burst: { type: 'string', default: '2000' },
      calm: { type: 'string', default: '5' },
      kills: { type: 'string', default: '1' },
      temporal: { type: 'string', default: 'dev' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

function toPlan(values: ReturnType<typeof readOptions>): Plan {
  return {
    ackMs: Number(values.seconds) * 1000,
    burst: Number(values.burst),
    calmMs: Number(values.calm) * 1000,
    rounds: Number(values.rounds),
    kills: Number(values.kills),
  };
}

/** In the order in which they are shown; null: one of them is none. */
function toNames(only: string | undefined): readonly PeerName[] | null {
  if (only === undefined) return PEERS;
  const named = only.split(',');
  return named.every((name) => PEERS.some((peer) => peer === name)) ? PEERS.filter((peer) => named.includes(peer)) : null;
}

async function measure(stage: PeerStage, plan: Plan, progress: (text: string) => void): Promise<readonly PeerFigures[]> {
  const { peers } = stage;
  for (const peer of peers) {
    progress(`${peer.name}: warming up`);
    await warmUp(stage, peer, peer.name === 'temporal' ? TEMPORAL_WARM_UP : WARM_UP);
  }
  const rounds = new Map<RunningPeer, RoundFigures[]>(peers.map((peer) => [peer, []]));
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const peer of rotate(peers, round)) {
      progress(`round ${round} of ${plan.rounds}: ${peer.name}`);
      const burst = peer.name === 'temporal' ? Math.min(TEMPORAL_BURST, plan.burst) : plan.burst;
      rounds.get(peer)?.push(await measureRound(stage, peer, `r${round}`, { ...plan, burst }));
    }
  }
  const figures: PeerFigures[] = [];
  for (const peer of peers) {
    if (plan.kills > 0) progress(`${peer.name}: killed in the middle`);
    const kill = await measureKills(stage, peer, plan.kills).catch((error: unknown) => {
      // Of a peer that does not come back the other figures are of use; ours has to come back.
      if (peer.name === 'ours') throw error;
      progress(`${peer.name}: ${error instanceof Error ? error.message : 'unknown'}`);
      return null;
    });
    figures.push({ name: peer.name, rounds: rounds.get(peer) ?? [], kill });
  }
  return figures;
}

/** Another one first in each round. */
function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
