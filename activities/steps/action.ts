import type { Step } from '../../flows/steps.ts';
import type { ActionInput, ActionName, ActionOutput } from '../../flows/actions.ts';
import type { Connections } from '../../connectors/ports/ports.ts';
import type { FindFact } from '../effects/delivery-intents.ts';
import type { Ledger } from '../effects/effect-call.ts';

/** What an action works with. */
export interface ActionContext {
  readonly flow: string;
  /** The event's identity, for look-ups and logs. */
  readonly identity: string;
  readonly step: Step;
  readonly ledger: Ledger;
  readonly findFact: FindFact;
  readonly connections: Connections;
}

/** The implementations of every action; the same in `delivery` and in `batch`. */
export type ActionTable = {
  readonly [O in ActionName]: (context: ActionContext, input: ActionInput<O>) => Promise<ActionOutput<O>>;
};
