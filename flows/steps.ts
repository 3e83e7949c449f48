import type { ActionName, ActionInput, ActionOutput } from './actions.ts';

/** Which step of a flow a call is; `name` and `item` are part of the intent's key, so they never change meaning. */
export interface Step {
  /** Stable name, unique within the flow's run together with `item`. */
  readonly name: string;
  /** What the step is done for, when it is done for several things: a message's id, a label. */
  readonly item?: string;
  /** What an operator reads in the Temporal UI: ids, never names or addresses. */
  readonly summary: string;
  /**
   * What the step's effects are about, where several events may tell of it: a failed attempt at a payment. Their intents are keyed by it
   * then, in the place of the event. Made by `factOf`, and asked about by `findFact` before the first effect.
   */
  readonly fact?: string;
}

/**
 * What a flow's run is written against. In the workflow `delivery` a step is an activity, in `batch` it is called directly;
 * both pass values through JSON and throw StepError.
 */
export interface Steps {
  run<O extends ActionName>(step: Step, action: O, input: ActionInput<O>): Promise<ActionOutput<O>>;
}
