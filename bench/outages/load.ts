import { Pool } from 'undici';
import { post, toRequest } from '../chaos/load.ts';
import { preciseNow } from '../rig/child.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { EffectClassName } from '../chaos/settings.ts';

/** Beyond every answer that is allowed. */
const TIMEOUT_MS = 10_000;
const MOST_OPEN = 512;

/** The events of one flow. */
export interface FlowLoad {
  readonly class: EffectClassName;
  readonly perSecond: number;
  /** How many keys they are spread over. */
  readonly keys: number;
}

/** What one event was answered. */
export interface Answer {
  readonly id: string;
  readonly class: EffectClassName;
  readonly sentMs: number;
  readonly tookMs: number;
  /** 0: none came. */
  readonly status: number;
}

/** Events on their way, until stopped. */
export interface OutageLoad {
  readonly answers: readonly Answer[];
  /** Stops sending and waits for the answers under way. */
  stop(): Promise<void>;
}

/**
 * Sends at a steady rate whatever is answered, to the servers by turns, each event once: what is refused stays refused.
 * `run` makes the ids of one load different from those of another on the same stage.
 */
export function startOutageLoad(stage: ChaosStage, flows: readonly FlowLoad[], run: string): OutageLoad {
  const key = Buffer.from(stage.secret, 'base64');
  const connections = Math.ceil(MOST_OPEN / stage.servers.length);
  const pools = stage.servers.map(({ origin }) => new Pool(origin, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }));
  const answers: Answer[] = [];
  let stopped = false;
  const sendAll = async (flow: FlowLoad): Promise<void> => {
    const startMs = preciseNow();
    const open = new Set<Promise<void>>();
    for (let count = 0; !stopped; count += 1) {
      const restMs = startMs + (count * 1000) / flow.perSecond - preciseNow();
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      const id = toId(flow, run, count);
      const sentMs = preciseNow();
      const sent = post(pools[count % pools.length], toRequest(id.record, id.topic, key)).then((status) => {
        answers.push({ id: `${id.record}/${id.topic}`, class: flow.class, sentMs, tookMs: preciseNow() - sentMs, status });
        open.delete(sent);
      });
      open.add(sent);
    }
    await Promise.all(open);
  };
  const all = flows.map(sendAll);
  return {
    answers,
    async stop() {
      stopped = true;
      await Promise.all(all);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function toId(flow: FlowLoad, run: string, count: number): { record: string; topic: string } {
  return { record: `${flow.class}:${run}-${count % flow.keys}`, topic: `${flow.class}.${Math.floor(count / flow.keys) + 1}` };
}
