import { describe, expect, it } from 'vitest';
import { createNameCache, findNamed } from '../../../activities/actions/names.ts';
import { contextOf, createHelpdesk, createWorld, failureOf } from './world.ts';

const MINUTE_MS = 60_000;
const inbox = { connection: 'helpdesk', kind: 'inbox', name: 'Billing' } as const;

describe('names', () => {
  it.each([
    ['inbox', 'Billing', '3'],
    ['inbox', 'billing', '3'],
    ['inbox', '3', '3'],
    ['label', 'DUNNING', '8'],
    ['agent', 'Jan Jansen', '5'],
    ['agent', 'JAN@example.com', '5'],
    ['team', 'Money', '6'],
  ] as const)('find the %s %s', async (kind, name, id) => {
    expect(
      await findNamed(
        contextOf(createWorld()),
        createNameCache(() => 0),
        { connection: 'helpdesk', kind, name },
      ),
    ).toMatchObject({ id });
  });

  it('prefer the exact spelling, and a name to an id', async () => {
    const world = createWorld();
    world.inboxes = [
      { id: '1', name: 'billing' },
      { id: '2', name: 'Billing' },
      { id: 'x', name: '1' },
    ];
    const names = createNameCache(() => 0);
    expect(await findNamed(contextOf(world), names, inbox)).toMatchObject({ id: '2' });
    expect(await findNamed(contextOf(world), names, { ...inbox, name: '1' })).toMatchObject({ id: 'x' });
  });

  it('are listed once in five minutes for one client', async () => {
    const world = createWorld();
    let now = 0;
    const names = createNameCache(() => now);
    const client = createHelpdesk(world);
    for (const at of [0, 4 * MINUTE_MS, 6 * MINUTE_MS]) {
      now = at;
      await findNamed(contextOf(world, client), names, inbox);
    }
    expect(world.log).toEqual(['inboxes', 'inboxes']);
    await findNamed(contextOf(world, createHelpdesk(world)), names, inbox);
    expect(world.log).toHaveLength(3);
  });

  it('that a person has just added are found soon', async () => {
    const world = createWorld();
    let now = 0;
    const names = createNameCache(() => now);
    const context = contextOf(world);
    await findNamed(context, names, inbox);
    now = 6_000;
    world.inboxes = [{ id: '4', name: 'New' }];
    expect(await findNamed(context, names, { ...inbox, name: 'New' })).toMatchObject({ id: '4' });
  });

  it('are not believed after a list that failed', async () => {
    const world = createWorld();
    let fails = true;
    const client = { ...createHelpdesk(world), inboxes: async () => (fails ? Promise.reject(new Error('down')) : world.inboxes) };
    const names = createNameCache(() => 0);
    await expect(findNamed(contextOf(world, client), names, inbox)).rejects.toThrow('down');
    fails = false;
    expect(await findNamed(contextOf(world, client), names, inbox)).toMatchObject({ id: '3' });
  });

  it('that do not exist park the step and list those that do', async () => {
    expect(
      await failureOf(
        findNamed(
          contextOf(createWorld()),
          createNameCache(() => 0),
          { ...inbox, name: 'Money' },
        ),
      ),
    ).toEqual({
      code: 'not_found_by_name',
      kind: 'attention',
      message: 'The inbox "Money" does not exist in connection helpdesk.',
      hint: 'Create it in the helpdesk, or correct the name in the configuration; then retry. Known: Billing.',
      step: 'step/item',
      connection: 'helpdesk',
      retryAfterMs: null,
    });
  });

  it.each([
    [0, 'Known: none.'],
    [22, /Known: inbox 0, .*inbox 19 and 2 more\.$/],
  ])('are listed up to twenty: of %d', async (count, hint) => {
    const world = createWorld();
    world.inboxes = Array.from({ length: count }, (_, index) => ({ id: `i${index}`, name: `inbox ${index}` }));
    const failure = await failureOf(
      findNamed(
        contextOf(world),
        createNameCache(() => 0),
        inbox,
      ),
    );
    expect(failure.hint).toMatch(hint);
  });

  it('of agents are personal, so none is shown', async () => {
    const failure = await failureOf(
      findNamed(
        contextOf(createWorld()),
        createNameCache(() => 0),
        { connection: 'helpdesk', kind: 'agent', name: 'piet@example.com' },
      ),
    );
    expect(failure).toMatchObject({ code: 'not_found_by_name', message: 'The configured agent does not exist in connection helpdesk.' });
    expect(JSON.stringify(failure)).not.toMatch(/@|Jan|piet/);
  });
});
