import { z } from 'zod';
import { openHttpLines } from '../rig/http-lines.ts';
import { CONNECTION } from '../ingest/settings.ts';
import { signRequest } from '../rig/signed-request.ts';
import { judgeKill } from './kill-judge.ts';
import type { KillEvent, KillVerdict } from './kill-judge.ts';
import type { PeerStage, RunningPeer } from './stage.ts';

const KEYS = 32;
/** Of each key. With 32 keys fewer than a thousand posts, which is as far back as our client looks for one. */
const EVENTS_OF_A_KEY = 20;
/** The remote system carries out and then takes its time, as most do: what is under way when the process dies has had its effect. */
const REMOTE_MS = 30;
const KILL_AFTER = (KEYS * EVENTS_OF_A_KEY) / 3;
/** What the receiver answers to what is stored, also the second time. */
const ACCEPTED = 200;
const SEND_AGAIN_MS = 100;
const SEND_WITHIN_MS = 120_000;
const LOOK_EVERY_MS = 20;
const ASK_EVERY_MS = 1000;
/** Looks in a row at which the peer must hold nothing: some count late. */
const EMPTY_LOOKS = 3;
const DRAIN_WITHIN_MS = 150_000;

const arrivals = z.array(z.tuple([z.string(), z.number()]));

/** What a peer came to whose process was killed in the middle, once or several times. */
export interface KillFigures extends KillVerdict {
  /** How often the remote system was asked whether it has an effect already. */
  readonly looks: number;
  /** From the restart until the peer held nothing more, in seconds; the longest. */
  readonly drainedAfterS: number;
}

/** Kills it so many times; null: not at all. */
export async function measureKills(stage: PeerStage, peer: RunningPeer, times: number): Promise<KillFigures | null> {
  let all: KillFigures | null = null;
  for (let time = 1; time <= times; time += 1) {
    const once = await measureKill(stage, peer, `kill${time}-${peer.name}`);
    all = all === null ? once : addKills(all, once);
  }
  return all;
}

/**
 * Sends events of 32 keys, those of a key one after another and each until it is acknowledged, as a sender of webhooks does; kills the
 * peer's process (SIGKILL) when a third has taken effect, starts it again, waits until it holds nothing more, and compares.
 */
async function measureKill(stage: PeerStage, peer: RunningPeer, prefix: string): Promise<KillFigures> {
  await stage.sink.ask('take');
  await stage.sink.ask('looks');
  await stage.sink.ask('slow', REMOTE_MS);
  const sending = sendAll(stage, peer, prefix);
  sending.catch(() => undefined);
  await until(async () => Number(await stage.sink.ask('count')) >= KILL_AFTER, LOOK_EVERY_MS, SEND_WITHIN_MS);
  await peer.child.kill('SIGKILL');
  await peer.restart();
  const restartedMs = Date.now();
  const acknowledged = await sending;
  const held = await drain(peer);
  const drainedAfterS = (Date.now() - restartedMs) / 1000;
  await stage.sink.ask('slow', 0);
  const arrived = arrivals.parse(await stage.sink.ask('take')).map(([text]) => text.slice(text.indexOf(':') + 1));
  const looks = z.number().parse(await stage.sink.ask('looks'));
  return { ...judgeKill(acknowledged, arrived, held), looks, drainedAfterS };
}

/** The figures of two kills as one. */
export function addKills(one: KillFigures, other: KillFigures): KillFigures {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    lost: one.lost + other.lost,
    waiting: one.waiting + other.waiting,
    doubled: one.doubled + other.doubled,
    outOfOrder: one.outOfOrder + other.outOfOrder,
    looks: one.looks + other.looks,
    drainedAfterS: Math.max(one.drainedAfterS, other.drainedAfterS),
  };
}

/** Resolves with what was acknowledged, in that order. */
async function sendAll(stage: PeerStage, peer: RunningPeer, prefix: string): Promise<readonly KillEvent[]> {
  const key = Buffer.from(stage.secret, 'base64');
  const untilMs = Date.now() + SEND_WITHIN_MS;
  const acknowledged: KillEvent[] = [];
  let lines = openHttpLines(peer.origin, KEYS);
  let { origin } = peer;
  const post = (id: string): Promise<number> => {
    if (origin !== peer.origin) {
      lines.close();
      ({ origin } = peer);
      lines = openHttpLines(origin, KEYS);
    }
    const { headers, body } = signRequest({ id, type: 'load.event', data: { id } }, key);
    return lines.post(`/webhooks/${CONNECTION}`, headers, body);
  };
  const converse = async (name: string): Promise<void> => {
    for (let sequence = 1; sequence <= EVENTS_OF_A_KEY; sequence += 1) {
      const id = `${prefix}~${name}~${sequence}`;
      while ((await post(id)) !== ACCEPTED) {
        if (Date.now() > untilMs) throw new Error(`${peer.name} did not take ${id} within ${SEND_WITHIN_MS / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, SEND_AGAIN_MS));
      }
      acknowledged.push({ id, key: name });
    }
  };
  const all = Array.from({ length: KEYS }, (_, index) => converse(`k${index}`));
  await Promise.all(all).finally(() => lines.close());
  return acknowledged;
}

/** Waits until the peer holds nothing; answers what it holds when that takes too long. */
async function drain(peer: RunningPeer): Promise<number> {
  let empty = 0;
  let held = 0;
  await until(
    async () => {
      held = z.number().parse(await peer.child.ask('held'));
      empty = held === 0 ? empty + 1 : 0;
      return empty === EMPTY_LOOKS;
    },
    ASK_EVERY_MS,
    DRAIN_WITHIN_MS,
  );
  return held;
}

/** Asks again and again; gives up in silence when the time is over. */
async function until(ask: () => Promise<boolean>, everyMs: number, withinMs: number): Promise<void> {
  const untilMs = Date.now() + withinMs;
  while (!(await ask()) && Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, everyMs));
}
