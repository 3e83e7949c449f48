import { preciseNow } from './child.ts';
import { openHttpLines } from './http-lines.ts';
import { signRequest } from './signed-request.ts';

/** Sends signed events over HTTP and notes when each was sent and answered. */

/** Makes an event of some 0.8 kB. */
const PADDING = 'x'.repeat(640);

/** What became of the events that were sent. */
export interface Sent {
  /** When the first was sent and when the last was answered, in milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs: number;
  /** Event id → when it was sent; only those that were answered 2xx. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly ackMs: readonly number[];
  /** Answers other than 2xx, by status; 0: none came. */
  readonly refused: ReadonlyMap<number, number>;
}

/** How events are sent. */
export interface LoadOptions {
  readonly origin: string;
  readonly path: string;
  /** Bare base64 of the signing key (Standard Webhooks). */
  readonly secret: string;
  readonly connections: number;
  /** Makes the ids of this run's events different from all others'. */
  readonly prefix: string;
}

/** When a closed loop ends: after so many events or so many milliseconds. */
export type Until = { readonly events: number } | { readonly ms: number };

/** Keeps every connection busy: the next event is sent when the one before it is answered. */
export async function sendClosedLoop(options: LoadOptions, until: Until): Promise<Sent> {
  const sender = createSender(options);
  const mayGoOn = (): boolean => ('events' in until ? sender.begun() < until.events : preciseNow() - sender.startedMs < until.ms);
  const work = async (): Promise<void> => {
    while (mayGoOn()) await sender.sendNext();
  };
  await Promise.all(Array.from({ length: options.connections }, work));
  return sender.finish();
}

/** Sends at a steady rate, whether or not the events before are answered. */
export async function sendOpenLoop(
  options: LoadOptions,
  { perSecond, ms }: { readonly perSecond: number; readonly ms: number },
): Promise<Sent> {
  const sender = createSender(options);
  const under: Promise<void>[] = [];
  const events = Math.round((ms / 1000) * perSecond);
  for (let index = 0; index < events; index += 1) {
    const dueMs = sender.startedMs + (index * 1000) / perSecond;
    const restMs = dueMs - preciseNow();
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    under.push(sender.sendNext());
  }
  await Promise.all(under);
  return sender.finish();
}

interface Sender {
  readonly startedMs: number;
  begun(): number;
  sendNext(): Promise<void>;
  finish(): Sent;
}

function createSender(options: LoadOptions): Sender {
  const lines = openHttpLines(options.origin, options.connections);
  const key = Buffer.from(options.secret, 'base64');
  const startedMs = preciseNow();
  const acknowledged = new Map<string, number>();
  const ackMs: number[] = [];
  const refused = new Map<number, number>();
  let count = 0;
  return {
    startedMs,
    begun: () => count,
    async sendNext() {
      count += 1;
      const id = `${options.prefix}-${count}`;
      const { headers, body } = signRequest({ id, type: 'load.event', data: { id, text: PADDING } }, key);
      const sentMs = preciseNow();
      const status = await lines.post(options.path, headers, body);
      if (status < 200 || status > 299) {
        refused.set(status, (refused.get(status) ?? 0) + 1);
        return;
      }
      acknowledged.set(id, sentMs);
      ackMs.push(preciseNow() - sentMs);
    },
    finish() {
      const endedMs = preciseNow();
      lines.close();
      return { startedMs, endedMs, acknowledged, ackMs, refused };
    },
  };
}
