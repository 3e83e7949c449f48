import { bindConnections } from '../../connectors/connections.ts';
import { connectorOf } from '../../connectors/registry.ts';
import { messageOf } from '../../operator/fail.ts';
import { withSession } from '../terminal/session.ts';
import { attempt, systemCheck } from '../../operator/tasks/system.ts';
import type { DeskbridgeConfig } from '../../config/read/read.ts';
import type { Lack } from '../../connectors/ports/chat.ts';
import type { Io } from '../terminal/io.ts';

/** Whether one part answers; `text` says what it can do, or what to do about it. */
export interface OnlinePart {
  readonly part: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Asks the store, Temporal and every connection that can be called. Never throws for what does not answer. */
export async function probeOnline(io: Io, configPath: string, config: DeskbridgeConfig): Promise<readonly OnlinePart[]> {
  const own = probeOwn(io, configPath);
  const bound = bindConnections(config.connections);
  const remote = config.connections.map(async ({ name, type }): Promise<OnlinePart> => {
    const probe = bound.probe(name);
    if (probe === undefined) return { part: name, ok: true, text: 'receives only: nothing to ask' };
    const answer = await attempt(() => probe);
    if (!answer.ok) return { part: name, ...answer };
    if (connectorOf(type)?.calls?.ports.helpdesk !== undefined)
      return { part: name, ...(await abilitiesOf(() => bound.open('helpdesk', name).abilities())) };
    return { part: name, ...(await lacksOf(() => bound.lacks(name) ?? Promise.resolve([]), answer)) };
  });
  return [...(await own), ...(await Promise.all(remote))];
}

async function probeOwn(io: Io, configPath: string): Promise<readonly OnlinePart[]> {
  try {
    const { store, temporal } = await withSession(io, configPath, ({ call }) => call(systemCheck, {}));
    return [
      { part: 'store', ...store },
      { part: 'temporal', ...temporal },
    ];
  } catch (error) {
    return [{ part: 'store', ok: false, text: messageOf(error) }];
  }
}

/** An answer, and what the token may not do: a serious lack is a part that does not work as it should. */
async function lacksOf(
  read: () => Promise<readonly Lack[]>,
  answer: { readonly ok: boolean; readonly text: string },
): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const lacks = await read();
    return { ok: !lacks.some(({ serious }) => serious), text: [answer.text, ...lacks.map(({ text }) => text)].join('. ') };
  } catch (error) {
    return { ok: false, text: messageOf(error) };
  }
}

async function abilitiesOf(read: () => Promise<object>): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const missing = Object.entries(await read())
      .filter(([, can]) => can === false)
      .map(([ability]) => ability);
    return {
      ok: true,
      text: missing.length === 0 ? 'answers; the token can do everything' : `answers; the token cannot: ${missing.join(', ')}`,
    };
  } catch (error) {
    return { ok: false, text: messageOf(error) };
  }
}
