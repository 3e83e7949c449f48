import { expect, it } from 'vitest';
import { parkFirst, seed } from './seed.ts';
import { claim, claimAndBegin, toSettlement } from '../helpers/inbox.ts';
import { createFakeWorkflows, openServedCli } from './cli.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import { showDelivery } from '../../store/inbox/query-deliveries.ts';

describeOnEachDatabase('deliveries', (open) => {
  it('are listed newest first, narrowed by state, and an empty list says so', async () => {
    const db = await open();
    const cli = await openServedCli(db);
    expect((await cli.run('deliveries', 'list')).out).toBe('No deliveries match.\n');
    expect((await cli.run('deliveries', 'list', '--state', 'parked')).out).toBe('Nothing is parked: no delivery waits for a person.\n');
    const [first, second] = await seed(db, ['one', 'two']);
    const { json } = await cli.run('deliveries', 'list', '--json');
    expect(json()).toMatchObject({
      next: null,
      deliveries: [
        { id: second, state: 'waiting', lane: 'live', parked: null },
        { id: first, topic: 'invoice.payment_failed' },
      ],
    });
    expect((await cli.run('deliveries', 'list', '--limit', '1')).out).toContain(`There may be more: add --after ${second}.`);
    expect((await cli.run('deliveries', 'list', '--state', 'done')).out).toBe('No deliveries match.\n');
  });

  it('show what stopped a parked one, what to do, and where the Temporal UI has it', async () => {
    const db = await open();
    const cli = await openServedCli(db);
    await seed(db, ['one']);
    const id = await parkFirst(db);
    const { code, out } = await cli.run('deliveries', 'show', id);
    expect(code).toBe(0);
    expect(out).toMatch(/state +parked/);
    expect(out).toMatch(/what to do +Make the inbox\./);
    expect(out).toMatch(/Temporal UI +http:\/\/temporal\.test\/delivery\/dunning\/1\/L1/);
    expect(out).toContain(`deskbridge deliveries edit ${id} --set ensure-contact.field=value`);
    expect((await cli.run('deliveries', 'show', id, '--json')).json()).toMatchObject({
      state: 'parked',
      parked: { code: 'not_found', step: 'ensure-contact' },
      effects: [],
    });
  });

  it.each([
    [['retry'], { kind: 'retry' }],
    [['skip'], { kind: 'skip' }],
    [
      ['edit', '--set', 'ensure-contact.inbox=Billing 2', '--set', 'ensure-contact/a.b.count=3'],
      { kind: 'edit', values: { 'ensure-contact': { inbox: 'Billing 2' }, 'ensure-contact/a.b': { count: 3 } } },
    ],
  ])('that are parked take %j through their workflow', async ([verb = '', ...rest], decision) => {
    const db = await open();
    const workflows = createFakeWorkflows();
    const cli = await openServedCli(db, workflows);
    await seed(db, ['one']);
    const id = await parkFirst(db);
    const { code, out } = await cli.run('deliveries', verb, id, ...rest);
    expect([code, out]).toEqual([0, `Delivery ${id}: ${verb}: accepted by workflow delivery/dunning/1/L1.\n`]);
    expect(workflows.told).toEqual([{ workflowId: 'delivery/dunning/1/L1', decision }]);
  });

  it('that wait behind a parked one are not skipped in its place', async () => {
    const db = await open();
    const workflows = createFakeWorkflows();
    const cli = await openServedCli(db, workflows);
    const [, second = ''] = await seed(db, ['one', 'two']);
    const parked = await parkFirst(db);
    const { code, err } = await cli.run('deliveries', 'skip', second);
    expect(code).toBe(1);
    expect(err).toBe(`Delivery ${second} waits behind delivery ${parked}, which is parked: decide about that one first.\n`);
    expect(workflows.told).toEqual([]);
  });

  it('that wait are skipped or edited in the store; field by field', async () => {
    const db = await open();
    const cli = await openServedCli(db);
    const [first = '', second = ''] = await seed(db, ['one', 'two']);
    await cli.run('deliveries', 'edit', first, '--set', 'a.x=1');
    await cli.run('deliveries', 'edit', first, '--set', 'a.y=null');
    expect(await showDelivery(db, first)).toMatchObject({ edits: { a: { x: 1, y: null } } });
    expect((await cli.run('deliveries', 'skip', second, '--json')).json()).toMatchObject({ id: second, decision: 'skip', via: 'store' });
    expect(await showDelivery(db, second)).toMatchObject({ state: 'skipped' });
    expect((await cli.run('deliveries', 'retry', first)).err).toContain('waits and runs by itself');
  });

  it('that wait for their next attempt are tried at once with retry', async () => {
    const db = await open();
    const cli = await openServedCli(db);
    const [first = ''] = await seed(db, ['one']);
    const rows = await claimAndBegin(db, 'L1');
    await settleGroup(db, toSettlement('L1', rows, { finished: [], retrying: true, notBeforeMs: 600_000, reason: 'unavailable' }));
    expect(await claim(db, 'L2')).toEqual([]);
    expect((await cli.run('deliveries', 'retry', first)).out).toContain('is tried again at once');
    expect(await claim(db, 'L3')).toHaveLength(1);
  });

  it('that were skipped run again with retry, as a replay; done ones are refused with what to do', async () => {
    const db = await open();
    const cli = await openServedCli(db);
    const [first = '', second = ''] = await seed(db, ['one', 'two']);
    await cli.run('deliveries', 'skip', first);
    expect((await cli.run('deliveries', 'retry', first, '--json')).json()).toMatchObject({ id: first, via: 'replay' });
    expect((await cli.run('deliveries', 'retry', first)).err).toMatch(/is a newer one of the same event and flow \(waiting\)/);
    const rows = await claimAndBegin(db, 'L9');
    await settleGroup(db, toSettlement('L9', rows));
    const { code, err } = await cli.run('deliveries', 'retry', second);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/is done\. To do it all anew: deskbridge replay --event \d+ --flow dunning --again\./),
    ]);
    expect((await cli.run('deliveries', 'skip', second)).err).toContain('is done: too late to skip it.');
  });

  it('that are parked for one cause run again together; others stay', async () => {
    const db = await open();
    const workflows = createFakeWorkflows();
    const cli = await openServedCli(db, workflows);
    await seed(db, ['one']);
    await parkFirst(db);
    expect((await cli.run('deliveries', 'retry', '--all', '--flow', 'dunning', '--code', 'unauthorized')).out).toBe(
      'Nothing of dunning is parked for that.\n',
    );
    expect((await cli.run('deliveries', 'retry', '--all', '--flow', 'dunning', '--code', 'not_found', '--json')).json()).toEqual({
      retried: 1,
      failed: 0,
      problems: [],
    });
    expect(workflows.told).toHaveLength(1);
  });

  it.each([
    [['retry'], 'Name a delivery, or use --all --flow <name>.'],
    [['retry', '1', '--all', '--flow', 'dunning'], 'Give either an <id> or --all, not both.'],
    [['retry', '--all'], '--all needs --flow'],
    [['retry', '1', '--code', 'x'], '--flow and --code belong to --all.'],
    [['edit', '1'], '--set: expected at least one step.field=value.'],
    [['edit', '1', '--set', 'nonsense', '--set', 'more'], /--set nonsense: expected[^]*--set more: expected/],
  ])('refuse %j with 2', async (argv, said) => {
    const cli = await openServedCli(await open());
    const { code, err } = await cli.run('deliveries', ...argv);
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });

  it('that are not there say so', async () => {
    const cli = await openServedCli(await open());
    for (const verb of ['show', 'retry', 'skip'])
      expect((await cli.run('deliveries', verb, '77')).err).toMatch(/^There is no delivery 77: .* deskbridge deliveries list\.\n$/);
  });
});
