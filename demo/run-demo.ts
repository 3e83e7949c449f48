import { join, relative } from 'node:path';
import { burstScene } from './burst.ts';
import { findLinks } from './look.ts';
import { findParkedIds, mendingCommands, mendScene } from './mend.ts';
import { judge } from './outcome.ts';
import { createPeople } from './people.ts';
import { calmScene, forgedScene, parkedScene, paymentScene, throttledScene } from './scenes.ts';
import { createStory } from './story.ts';
import { toWorkflowsPage } from '../operator/workflow-link.ts';
import { createWorld } from './world.ts';
import { systemTitles } from '../sandbox/registry.ts';
import type { Outcome } from './outcome.ts';
import type { Places } from './places.ts';
import type { Stage } from './scenes.ts';
import type { Story } from './story.ts';
import type { World } from './world.ts';

/** How the demo runs. */
export interface DemoOptions {
  /** Mends what is parked, and ends when the table is there. */
  readonly once: boolean;
  readonly cwd: string;
  readonly temporalCliPath: string;
  /** The script of the command line, for the processes that it starts. */
  readonly script: string;
  /** Takes the story. */
  write(text: string): void;
  /** The tables at the end, as the command line shows them. */
  readonly report: { outcome(outcome: Outcome): string; places(places: Places): string };
  /** Called with the result, before it stays up for a look. */
  onResult(result: DemoResult): void;
  /** Resolves when the person has seen enough. */
  untilStopped(): Promise<void>;
}

/** What `--json` prints. */
export interface DemoResult extends Outcome {
  readonly places: Places;
}

/** Runs the demo in `.deskbridge/demo/` of the working folder. Answers whether the table is right. Throws CliFailure where it cannot go on. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const stopping = new AbortController();
  const stop = options.untilStopped().then(() => stopping.abort());
  const worlds: World[] = [];
  const telling = tellAll(options, stopping.signal, worlds);
  try {
    const result = await Promise.race([telling, stop]);
    if (result === undefined) return false;
    if (!options.once) await Promise.race([stop, ...worlds.map((world) => world.lost)]);
    return result.right;
  } finally {
    stopping.abort();
    // What it has started meanwhile must be known before it can be stopped.
    await telling.catch(() => undefined);
    await Promise.all(worlds.map((world) => world.close()));
  }
}

async function tellAll(options: DemoOptions, stopped: AbortSignal, worlds: World[]): Promise<DemoResult> {
  const story = createStory((text) => options.write(text), stopped);
  const { script, temporalCliPath, cwd } = options;
  story.tell(`Starting the remote systems (${systemTitles().join(', ')}: sandboxes), Temporal and Deskbridge.`);
  const world = await createWorld({ folder: join(cwd, '.deskbridge', 'demo'), temporalCliPath, script, stopped });
  worlds.push(world);
  return Promise.race([tellWithin(world, story, options, stopped), world.lost]);
}

async function tellWithin(world: World, story: Story, options: DemoOptions, stopped: AbortSignal): Promise<DemoResult> {
  const { once, cwd, script } = options;
  const { pid } = await world.app.start();
  story.tell(
    `All runs: webhooks come to ${world.app.origin} (process ${pid}, which receives and works), the Temporal UI is at ${uiPageOf(world)}.`,
  );
  const stage: Stage = { world, people: createPeople(world.sandbox), story, stopped, forged: [] };
  const invoice = await playScenes(stage);
  if (once) await mendScene(stage, invoice);
  const ids = await findParkedIds(world);
  const outcome = judge(world.sandbox, stage.people, { waitingInvoices: once ? [] : [invoice], forged: stage.forged, parked: ids.length });
  const result = { ...outcome, places: await toPlaces(world) };
  story.scene(options.report.outcome(outcome));
  story.scene(options.report.places(result.places));
  if (!once) for (const line of farewell(world, cwd, script, ids)) story.scene(line);
  options.onResult(result);
  return result;
}

async function playScenes(stage: Stage): Promise<string> {
  const talk = await calmScene(stage);
  await forgedScene(stage);
  await paymentScene(stage);
  const invoice = await parkedScene(stage);
  await throttledScene(stage, talk);
  await burstScene(stage);
  return invoice;
}

function uiPageOf({ temporalUi, namespace }: World): string {
  return toWorkflowsPage(temporalUi, namespace);
}

async function toPlaces(world: World): Promise<Places> {
  const { app, sandbox, folder } = world;
  return {
    temporalUi: uiPageOf(world),
    ...(await findLinks(world)),
    webhooks: `${app.origin}/webhooks/<connection>`,
    metrics: `${app.adminOrigin}/metrics`,
    sandbox: Object.fromEntries(Object.entries(sandbox.describe()).map(([system, { origin }]) => [system, origin])),
    log: join(folder, 'deskbridge.log'),
  };
}

function farewell(world: World, cwd: string, script: string, ids: readonly string[]): readonly string[] {
  const near = { ...world, folder: relative(cwd, world.folder) };
  const mending = ids.flatMap((id) => mendingCommands(near, id, relative(world.folder, script)));
  return [
    ...(mending.length === 0 ? [] : [`To mend the parked one:\n${mending.map((line) => `  ${line}`).join('\n')}`]),
    'It stays up for a look. Stop it with Ctrl-C.',
  ];
}
