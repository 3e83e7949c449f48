import { preciseNow } from '../rig/child.ts';
import { atLeast, atMost } from '../rig/check.ts';
import { watch } from '../rig/watch.ts';
import type { EffectClassName } from '../chaos/settings.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { Check } from '../rig/check.ts';

const LOOK_EVERY_MS = 200;

type Seen = { readonly closed: boolean; readonly underWay: number; readonly credit: number };

/** Looks at a flow's gate, at what is under way in it, and at Temporal's own count of its running workflows. */
export function watchGate({ db, client }: ChaosStage, flow: EffectClassName): { stop(): Promise<readonly Check[]> } {
  const startMs = preciseNow();
  const most = { underWay: 0, workflows: 0, credit: 0 };
  let closedMs: number | null = null;
  let looks = 0;
  let closedLooks = 0;
  const look = async (): Promise<void> => {
    const [seen] = await db.query<Seen>(
      `select exists (select from connection_gate c where c.connection = any(g.needs) and c.closed_until > now()) as closed,
         under_way as "underWay", credit from gate g where flow = $1 and lane = 0`,
      [flow],
    );
    const { count } = await client.workflow.count(`ExecutionStatus="Running" and DeskFlow="${flow}"`);
    looks += 1;
    most.workflows = Math.max(most.workflows, count);
    most.underWay = Math.max(most.underWay, seen?.underWay ?? 0);
    most.credit = Math.max(most.credit, seen?.credit ?? 0);
    if (seen?.closed !== true) return;
    closedMs ??= preciseNow() - startMs;
    closedLooks += 1;
  };
  const watching = watch(LOOK_EVERY_MS, look);
  return {
    async stop() {
      await watching.stop();
      return [
        atLeast('looks at the gate', looks, 1),
        atLeast('looks at which it was closed', closedLooks, 1),
        { what: 'gate closed after ms', found: closedMs ?? Number.NaN, wanted: 'closes', ok: closedMs !== null },
        atMost('most groups under way (credit)', most.underWay, most.credit),
        atMost('most workflows running, as Temporal counts them (credit)', most.workflows, most.credit),
      ];
    },
  };
}
