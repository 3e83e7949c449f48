import { proxyActivities } from '@temporalio/workflow';

/** What one event is in the bare way: the parsed body, as samples pass it. */
export interface BareInput {
  readonly text: string;
  readonly body: string;
}

const { post } = proxyActivities<{ post(text: string): Promise<void> }>({ startToCloseTimeout: '30s' });

/** The bare way: a workflow an event, one activity, one call. */
export async function bare(input: BareInput): Promise<void> {
  await post(input.text);
}
