import { describe, expect, it } from 'vitest';
import { claimAndBegin, recordEach, toSettlement } from '../helpers/inbox.ts';
import { openServedCli } from './cli.ts';
import { parkFirst, seed } from './seed.ts';
import { describeOnEachDatabase } from '../helpers/databases.ts';
import { applyFlows } from '../../store/inbox/flow-queue.ts';
import { closeFlow } from '../../store/gates/flow-gate.ts';
import { noteAlarm } from '../../store/inbox/lease.ts';
import { listConnectionGates } from '../../store/gates/gate.ts';
import { parkRequest } from '../../store/inbox/parked-requests.ts';
import { listDeliveries } from '../../store/inbox/query-deliveries.ts';
import { listQueues } from '../../store/inbox/query-queues.ts';
import { settleGroup } from '../../store/inbox/settle.ts';
import type { Database } from '../../store/driver/database.ts';

async function finishAll(db: Database): Promise<void> {
  await settleGroup(db, toSettlement('L8', await claimAndBegin(db, 'L8')));
}

describeOnEachDatabase('the command', (open) => {
  describe('events', () => {
    it('are listed without bodies, and narrowed', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      expect((await cli.run('events', 'list')).out).toBe('No events match.\n');
      await seed(db, ['one']);
      const { out } = await cli.run('events', 'list', '--connection', 'billing', '--record', 'customer:1');
      expect(out).toMatch(/ID +CONNECTION +TOPIC/);
      expect(out).toMatch(/billing +invoice\.payment_failed +customer:1 +1/);
      expect((await cli.run('events', 'list', '--until', '2020-01-01')).out).toBe('No events match.\n');
      expect((await cli.run('events', 'list', '--json')).json()).toMatchObject({
        events: [{ connection: 'billing', deliveries: 1, dedupe: expect.stringMatching(/^[0-9a-f]{64}$/) }],
        next: null,
      });
    });

    it('show their deliveries; the body only when asked for', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await seed(db, ['one']);
      const [row] = await listDeliveries(db, {});
      const id = row?.eventId ?? '';
      const plain = await cli.run('events', 'show', id);
      expect(plain.out).toMatch(/Deliveries\n[^]*dunning +waiting/);
      expect(plain.out).not.toContain('"name"');
      expect((await cli.run('events', 'show', id, '--json')).json()).toMatchObject({ id, body: null });
      expect((await cli.run('events', 'show', id, '--body')).out).toContain('Body (utf8)\n{"name":"one"}');
      expect((await cli.run('events', 'show', '99')).err).toMatch(/^There is no event 99:/);
    });
  });

  describe('flows', () => {
    it('are listed with depth, gate and parked; one that never ran too', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      expect((await cli.run('flows', '--json')).json()).toMatchObject({
        flows: [{ flow: 'dunning', waiting: 0, gate: 'open', configured: true }],
      });
      await seed(db, ['one', 'two']);
      await parkFirst(db);
      expect((await cli.run('flows', 'list')).out).toMatch(/dunning +live +0 +- +open +0 of 256 +1/);
    });

    it('are paused and resumed by name', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      expect((await cli.run('flows', 'pause', 'dunning')).out).toContain('is paused');
      expect((await listQueues(db)).map((queue) => queue.paused)).toEqual([true, true]);
      expect((await cli.run('flows', 'resume', 'dunning', '--json')).json()).toEqual({ flow: 'dunning', paused: false });
      expect((await listQueues(db)).map((queue) => queue.paused)).toEqual([false, false]);
      expect(await cli.run('flows', 'pause', 'duning')).toMatchObject({
        code: 2,
        err: 'The configuration has no flow "duning". Did you mean dunning? Known: dunning.\n',
      });
    });

    it.each([
      ['of the flow', ['flows', 'resume', 'dunning'], 'Flow dunning goes on.'],
      ['of the connection at which it met its cause', ['connection', 'resume', 'helpdesk'], 'what they met there: dunning.'],
    ])('that were closed for their own sake say why, and open by the name %s', async (_title, resume, said) => {
      const db = await open();
      const cli = await openServedCli(db);
      await closeFlow(db, 'dunning', { code: 'not_found_by_name', connection: 'helpdesk', hint: 'Correct the name.' });
      expect((await cli.run('flows', 'list')).out).toContain(
        'closed: too many parked with not_found_by_name at helpdesk; once mended: flows resume dunning',
      );
      expect((await cli.run('connection', 'list')).out).toMatch(/helpdesk +deskwoot +open/);
      expect((await cli.run(...resume)).out).toContain(said);
      expect((await cli.run('flows', 'list')).out).toMatch(/dunning +live +0 +- +open/);
    });
  });

  describe('flows that the configuration lacks', () => {
    it('are listed with what waits for them, and with what to do', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await recordEach(db, 'old-dunning', null, ['one', 'two']);
      const { out } = await cli.run('flows', 'list');
      expect(out).toMatch(/old-dunning \(not configured\) +live +2 +.* +nobody takes it/);
      expect(out).toContain('deskbridge flows remove old-dunning');
    });

    it('are removed by an operator’s word: what waits is skipped, and the queue is forgotten', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await recordEach(db, 'old-dunning', null, ['one', 'two']);
      expect(await cli.run('flows', 'remove', 'old-dunning')).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
      expect(await cli.answering('n', 'flows', 'remove', 'old-dunning')).toMatchObject({
        code: 1,
        err: expect.stringContaining('Nothing was skipped'),
      });
      expect(await listDeliveries(db, { state: 'waiting' })).toHaveLength(2);

      const removed = await cli.answering('y', 'flows', 'remove', 'old-dunning', '--json');
      expect(removed.json()).toEqual({ flow: 'old-dunning', skipped: 2, parked: 0, underWay: 0 });
      expect(await listDeliveries(db, { state: 'skipped' })).toMatchObject([
        { outcome: expect.stringContaining('was removed from the configuration') },
        { flow: 'old-dunning' },
      ]);
      expect(await listQueues(db)).toEqual([]);
    });

    it('are not removed where they are configured, or where there is none of the name', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await seed(db, ['one']);
      await recordEach(db, 'old-dunning', null, ['two']);
      expect(await cli.run('flows', 'remove', 'dunning', '--yes')).toMatchObject({
        code: 2,
        err: expect.stringContaining('take it out there first'),
      });
      expect(await cli.run('flows', 'remove', 'old-duning', '--yes')).toMatchObject({
        code: 2,
        err: expect.stringContaining('Did you mean old-dunning?'),
      });
      expect(await listDeliveries(db, { state: 'waiting' })).toHaveLength(2);
    });
  });

  describe('flows list', () => {
    it('says whose word holds a flow', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      const file = { name: 'dunning', credit: null, paused: true };
      await applyFlows(db, [file]);
      expect((await cli.run('flows', 'list')).out).toContain('paused by the configuration');
      await cli.run('flows', 'resume', 'dunning');
      expect((await cli.run('flows', 'list')).out).toContain('open: an operator resumed it');
      await cli.run('flows', 'pause', 'dunning');
      expect((await cli.run('flows', '--json')).json()).toMatchObject({ flows: [{ gate: 'paused', pausedBy: 'operator' }, {}] });
    });

    it('shows a workflow that cannot go on, and so does the delivery', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      const [id = ''] = await seed(db, ['one']);
      await claimAndBegin(db, 'L1');
      await noteAlarm(db, 'L1', 'its workflow task fails again and again');
      expect((await cli.run('flows', 'list')).out).toMatch(/1 of 256, 1 stuck[^]*deliveries list --flow dunning --state handed/);
      expect((await cli.run('deliveries', 'show', id)).out).toMatch(/stuck +its workflow task fails again and again/);
    });
  });

  describe('connection', () => {
    it('closes with a reason, holds the flows that need it, and resumes', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      const closed = await cli.run('connection', 'close', 'helpdesk', '--reason', 'maintenance');
      expect(closed.out).toContain('Connection helpdesk is closed; waiting: dunning.');
      expect(await listConnectionGates(db)).toMatchObject([
        { connection: 'helpdesk', reason: 'maintenance', closedUntil: null, probeAt: null },
      ]);
      expect((await cli.run('connection', 'list')).out).toMatch(
        /helpdesk +deskwoot +closed: operator +.* +maintenance\. An operator closed it\./,
      );
      expect((await cli.run('flows', 'list')).out).toContain('closed by helpdesk, until it is opened');
      expect((await cli.run('connection', 'resume', 'helpdesk')).out).toContain('is open; the flows that need it go on');
      expect((await cli.run('connection', 'resume', 'helpdesk', '--json')).json()).toEqual({
        connection: 'helpdesk',
        wasClosed: false,
        flows: [],
      });
      expect((await cli.run('connection', 'list', '--json')).json()).toMatchObject({
        connections: [
          { name: 'helpdesk', closed: null },
          { name: 'billing', webhook: 'https://hooks.example.com/webhooks/billing' },
        ],
      });
    });

    it('refuses a name that is not configured, and a closing without a reason', async () => {
      const cli = await openServedCli(await open());
      expect(await cli.run('connection', 'resume', 'biling')).toMatchObject({
        code: 2,
        err: expect.stringContaining('Did you mean billing?'),
      });
      expect(await cli.run('connection', 'close', 'billing')).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    });
  });

  describe('parked', () => {
    it('lists requests that could not be used, and shows one', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      expect((await cli.run('parked', 'list')).out).toBe('No parked requests: every authentic request could be used.\n');
      const id = await parkRequest(db, { connection: 'billing', problem: 'the body is not JSON', raw: Buffer.from([0xff, 0x00]) });
      expect((await cli.run('parked', 'list')).out).toMatch(/billing +2 +.* +the body is not JSON/);
      expect((await cli.run('parked', 'show', id)).out).not.toContain('Body');
      expect((await cli.run('parked', 'show', id, '--body', '--json')).json()).toMatchObject({
        id,
        bytes: 2,
        body: { encoding: 'base64', text: '/wA=' },
      });
      expect((await cli.run('parked', 'show', '99')).err).toMatch(/^There is no parked request 99:/);
    });
  });

  describe('replay', () => {
    it('wants a filter', async () => {
      const cli = await openServedCli(await open());
      expect(await cli.run('replay', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('Say what to replay') });
    });

    it('shows its plan and makes nothing unless told yes', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await seed(db, ['one', 'two']);
      expect((await cli.run('replay', '--flow', 'dunning')).out).toBe('Nothing to replay: what matches waits or is under way.\n');
      await finishAll(db);
      const asked = await cli.run('replay', '--flow', 'dunning');
      expect(asked.code).toBe(2);
      expect(asked.out).toMatch(/dunning +2 +0 +0\nEffects that were done already are not repeated/);
      expect(asked.err).toContain('add --yes');
      expect(await cli.answering('n', 'replay', '--flow', 'dunning')).toMatchObject({
        code: 1,
        err: 'Replay 2 deliveries? y/N Nothing was replayed.\n',
      });
      expect(await listDeliveries(db, { state: 'waiting' })).toEqual([]);
    });

    it('makes deliveries on the lane replay, with progress by flow', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await seed(db, ['one', 'two']);
      await finishAll(db);
      const made = await cli.answering('y', 'replay', '--flow', 'dunning', '--since', '2020-01-01');
      expect(made).toMatchObject({
        code: 0,
        err: 'Replay 2 deliveries? y/N dunning: 2 of 2\n',
        out: expect.stringContaining('2 deliveries made on the lane replay.'),
      });
      expect(await listDeliveries(db, { state: 'waiting' })).toMatchObject([
        { lane: 1, generation: 0 },
        { lane: 1, generation: 0 },
      ]);
    });

    it('does all anew with --again, and prints one JSON document', async () => {
      const db = await open();
      const cli = await openServedCli(db);
      await seed(db, ['one']);
      await finishAll(db);
      const ran = await cli.run('replay', '--connection', 'billing', '--again', '--yes', '--json');
      expect(ran.json()).toEqual({ plan: [{ flow: 'dunning', replayable: 1, underWay: 0, withoutBody: 0 }], made: 1 });
      expect(ran.err).toContain('customers may see them twice');
      expect(await listDeliveries(db, { state: 'waiting' })).toMatchObject([{ generation: 1 }]);
    });
  });
});
