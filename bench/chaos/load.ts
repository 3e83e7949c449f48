import { Pool } from 'undici';
import { CLASSES, CONNECTION } from './settings.ts';
import { preciseNow } from '../rig/child.ts';
import { signRequest } from '../rig/signed-request.ts';
import type { ChaosStage } from './stage.ts';
import type { EffectClassName } from './settings.ts';
import type { SignedRequest } from '../rig/signed-request.ts';

const TIMEOUT_MS = 8000;

/** How much is sent. */
export interface ChaosLoadOptions {
  /** Conversations of each class. */
  readonly conversations: number;
  readonly perSecond: number;
}

/** Events on their way, until stopped. */
export interface ChaosLoad {
  /** Event ids that were answered 2xx. */
  readonly acknowledged: ReadonlySet<string>;
  readonly ackMs: readonly number[];
  sent(): number;
  /** Stops sending and waits for the answers under way. */
  stop(): Promise<void>;
}

/**
 * Sends events of all classes, those of one conversation one after another, so that the order of recording is the order of
 * sending. Servers stand side by side as behind a balancer: what one does not take goes to the next. Every tenth event is sent twice.
 */
export function startChaosLoad(stage: ChaosStage, options: ChaosLoadOptions): ChaosLoad {
  const key = Buffer.from(stage.secret, 'base64');
  const pools = stage.servers.map(({ origin }) => new Pool(origin, { connections: 32, headersTimeout: TIMEOUT_MS }));
  const acknowledged = new Set<string>();
  const ackMs: number[] = [];
  let stopped = false;
  let count = 0;

  const sendOne = async (record: string, topic: string): Promise<void> => {
    count += 1;
    const request = toRequest(record, topic, key);
    const startMs = preciseNow();
    for (let tried = 0; tried < pools.length; tried += 1) {
      const status = await post(pools[(count + tried) % pools.length], request);
      if (status < 200 || status > 299) continue;
      acknowledged.add(`${record}/${topic}`);
      ackMs.push(preciseNow() - startMs);
      return;
    }
  };
  const converse = async (name: EffectClassName, number: number): Promise<void> => {
    const everyMs = (options.conversations * CLASSES.length * 1000) / options.perSecond;
    const startMs = preciseNow() + (everyMs * number) / options.conversations;
    for (let sequence = 1; !stopped; sequence += 1) {
      const restMs = startMs + sequence * everyMs - preciseNow();
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      await sendOne(`${name}:${number}`, `${name}.${sequence}`);
      if (sequence % 10 === 0) await sendOne(`${name}:${number}`, `${name}.${sequence}`);
    }
  };
  const all = CLASSES.flatMap((name) => Array.from({ length: options.conversations }, (_, number) => converse(name, number)));
  return {
    acknowledged,
    ackMs,
    sent: () => count,
    async stop() {
      stopped = true;
      await Promise.all(all);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

/** `record` is `<resource>:<id>` and `topic` `<resource>.<sequence>`. */
export function toRequest(record: string, topic: string, key: Buffer): SignedRequest {
  return signRequest({ id: `${record}/${topic}`, type: topic, data: { id: record.split(':')[1] ?? '' } }, key);
}

/** Sends it to a server; 0: no answer. */
export async function post(pool: Pool | undefined, { headers, body }: SignedRequest): Promise<number> {
  try {
    const answer = await pool?.request({ method: 'POST', path: `/webhooks/${CONNECTION}`, headers, body });
    await answer?.body.dump();
    return answer?.statusCode ?? 0;
  } catch {
    return 0;
  }
}
