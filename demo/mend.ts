import { z } from 'zod';
import { MISSING_LABEL } from './demo-config.ts';
import { untilNoted, untilQuiet } from './scenes.ts';
import type { Stage } from './scenes.ts';
import type { World } from './world.ts';

const listed = z.object({ deliveries: z.array(z.object({ id: z.string() })) });

/** Mends the cause of the parked delivery and runs it again, as an operator would. */
export async function mendScene(stage: Stage, invoice: string): Promise<void> {
  const { story, world } = stage;
  story.scene('Somebody takes care of the parked one');
  const [id] = await findParkedIds(world);
  if (id === undefined) throw new Error('no delivery is parked');
  await makeLabel(world);
  story.tell(`Deskwoot: the label "${MISSING_LABEL}" is made. Then, on the command line: deskbridge deliveries retry ${id}`);
  story.add(await world.app.command('deliveries', 'retry', id));
  await untilNoted(stage, invoice);
  story.tell('Deskwoot: label, priority and note are there; the conversation that the first attempt had opened was used.');
  await untilQuiet(stage);
}

/** The ids of the deliveries that wait for a person. */
export async function findParkedIds({ app }: World): Promise<readonly string[]> {
  const text = await app.command('deliveries', 'list', '--state', 'parked', '--json');
  return listed.parse(JSON.parse(text)).deliveries.map(({ id }) => id);
}

/** What an operator types to mend it. */
export function mendingCommands({ sandbox, folder }: World, id: string, script: string): readonly string[] {
  return [
    `curl -s -X POST -H 'content-type: application/json' -d '{"title":"${MISSING_LABEL}"}' ${sandbox.deskwoot.origin}/_sandbox/new-label`,
    `cd ${folder} && node ${script} deliveries retry ${id}`,
  ];
}

async function makeLabel({ sandbox }: World): Promise<void> {
  await fetch(`${sandbox.deskwoot.origin}/_sandbox/new-label`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: MISSING_LABEL }),
  });
}
