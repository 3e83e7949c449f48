import { startChild } from '../rig/child.ts';
import { freePort } from '../rig/free-port.ts';
import type { ChaosSettings } from './settings.ts';
import type { Child } from '../rig/child.ts';

/** A process of the product that can be started again. */
export interface Member {
  readonly name: string;
  /** Of a server: where its webhooks come to. */
  readonly origin: string;
  child: Child;
  /** Starts it again after it ended. */
  restart(crashAt?: string): Promise<void>;
}

/** What stays the same when it is started again. */
export type MemberSettings = Omit<ChaosSettings, 'port' | 'crashAt'>;

/** Starts a server or a worker on a port of its own, that ends itself at `crashAt`. `onLog` takes what it logs; left out: nobody. */
export async function startMember(settings: MemberSettings, crashAt: string | null, onLog?: (text: string) => void): Promise<Member> {
  const port = await freePort();
  const start = (point: string | null): Promise<Child> =>
    startChild({
      entry: 'chaos/app',
      name: settings.name,
      settings: { ...settings, port, crashAt: point },
      ...(onLog === undefined ? {} : { onOutput: onLog }),
    });
  const member: Member = {
    name: settings.name,
    origin: `http://127.0.0.1:${port}`,
    child: await start(crashAt),
    async restart(point) {
      member.child = await start(point ?? null);
    },
  };
  return member;
}
