import { toWorkflowLink } from '../operator/workflow-link.ts';
import { lookAround } from './outcome.ts';
import { numbersIn } from './tally.ts';
import type { Sandbox } from '../sandbox/main.ts';
import type { World } from './world.ts';

/** Where to look: addresses for a browser. */
export interface Links {
  /** A finished delivery of each flow, a batch, what is parked; null: there is none. */
  readonly delivery: string | null;
  readonly batch: string | null;
  readonly parked: string | null;
}

/** How many messages stand in Slack. */
export function countPosted(sandbox: Sandbox): number {
  return new Set(lookAround(sandbox).threads.flatMap((texts) => texts.flatMap((text) => numbersIn(text)))).size;
}

/** Whether a note about the invoice stands in a helpdesk. */
export function hasNote(sandbox: Sandbox, invoice: string): boolean {
  return lookAround(sandbox).notes.some((note) => note.includes(`for invoice ${invoice} failed`));
}

/** The sum of a metric of the app over all its labels, or over the lines that contain `label`. */
export async function readMetric({ app }: World, name: string, label = ''): Promise<number> {
  const text = await fetch(`${app.adminOrigin}/metrics`).then((response) => response.text());
  const lines = text.split('\n').filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Whether nothing waits or is under way, by a reading of the queues made after `sinceMs` (Unix milliseconds); what waits for a person is neither. */
export async function isQuiet(world: World, sinceMs: number): Promise<boolean> {
  const readAtMs = (await readMetric(world, 'deskbridge_queue_read_timestamp_seconds')) * 1000;
  const [waiting, underWay] = [await readMetric(world, 'deskbridge_queue_waiting'), await readMetric(world, 'deskbridge_queue_under_way')];
  return readAtMs > sinceMs && waiting === 0 && underWay === 0;
}

/** Workflows worth a look. */
export async function findLinks(world: World): Promise<Links> {
  const link = async (query: string): Promise<string | null> => {
    const id = await newest(world, query);
    return id === null ? null : toWorkflowLink(world.temporalUi, world.namespace, id);
  };
  return {
    delivery: await link('WorkflowType = "delivery" AND DeskFlow = "dunning" AND ExecutionStatus = "Completed"'),
    batch: await link('WorkflowType = "batch" AND ExecutionStatus = "Completed"'),
    parked: await link('NeedsAttention = true'),
  };
}

async function newest({ temporal }: World, query: string): Promise<string | null> {
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: 1 })) return workflowId;
  return null;
}
