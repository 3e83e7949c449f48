import { Pool } from 'undici';
import { post, toRequest } from '../chaos/load.ts';
import { preciseNow } from '../rig/child.ts';
import type { ChaosStage } from '../chaos/stage.ts';

const TIMEOUT_MS = 8000;
const AGAIN_AFTER_MS = 100;
/** Every so many messages one is sent twice. */
const TWICE_EVERY = 5;

/** A closed set of messages. */
export interface Talk {
  readonly conversations: number;
  readonly messages: number;
  /** null: as fast as they are taken. */
  readonly perSecond: number | null;
  /** Makes its ids different from those of another talk on the same stage. */
  readonly run: string;
}

/** Messages on their way. */
export interface Talking {
  readonly acknowledged: ReadonlySet<string>;
  sent(): number;
  /** Resolves when so much (0 to 1) of all messages is acknowledged. */
  reached(part: number): Promise<void>;
  /** Resolves when every message is acknowledged. */
  readonly ended: Promise<void>;
}

/**
 * Each conversation's messages one after another, to the servers by turns; what was not answered 2xx is sent again until it
 * is, as a vendor that retries does: so copies come from that as well.
 */
export function startTalk(stage: ChaosStage, talk: Talk): Talking {
  const key = Buffer.from(stage.secret, 'base64');
  const pools = stage.servers.map(({ origin }) => new Pool(origin, { connections: 32, headersTimeout: TIMEOUT_MS }));
  const acknowledged = new Set<string>();
  const total = talk.conversations * talk.messages;
  const waiting: { least: number; resolve(): void }[] = [];
  let count = 0;
  const sendOne = async (record: string, topic: string): Promise<void> => {
    for (;;) {
      count += 1;
      const status = await post(pools[count % pools.length], toRequest(record, topic, key));
      if (status >= 200 && status <= 299) break;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
    acknowledged.add(`${record}/${topic}`);
    for (const one of waiting) if (acknowledged.size >= one.least) one.resolve();
  };
  const converse = async (number: number): Promise<void> => {
    const everyMs = talk.perSecond === null ? 0 : (talk.conversations * 1000) / talk.perSecond;
    const startMs = preciseNow() + (everyMs * number) / talk.conversations;
    for (let sequence = 1; sequence <= talk.messages; sequence += 1) {
      const restMs = startMs + (sequence - 1) * everyMs - preciseNow();
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      const copies = (sequence + number) % TWICE_EVERY === 0 ? 2 : 1;
      const record = `marked:${talk.run}-${number}`;
      await Promise.all(Array.from({ length: copies }, () => sendOne(record, `marked.${sequence}`)));
    }
  };
  const ended = Promise.all(Array.from({ length: talk.conversations }, (_, number) => converse(number))).then(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()));
  });
  return {
    acknowledged,
    sent: () => count,
    reached: (part) => new Promise((resolve) => waiting.push({ least: total * part, resolve })),
    ended,
  };
}
