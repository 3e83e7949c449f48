import { it } from 'vitest';
import { makeDatabase } from '../helpers/databases.ts';
import { deskOf } from '../helpers/desk.ts';
import { startStack } from '../helpers/stack.ts';
import { deliveriesOf, workflowsOf, threadTags, recordedTags } from '../helpers/watch.ts';
it('x', async () => {
  const made = await makeDatabase();
  const stack = await startStack({ db: made.db, helpdesk: 'chatwoot', flows: `
  - { name: team-threads, on: [helpdesk/conversation.created, helpdesk/message.created], do: slack-thread, with: { connection: team, channel: C0123 } }
` });
  const { faults, hooks } = stack.sandbox.chatwoot;
    faults.add({ kind: 'hook-duplicate', match: { event: 'message_created' }, times: 200 });
    faults.add({ kind: 'hook-reordered', match: { event: 'message_created' }, times: 50 });
  const desk = deskOf(stack.sandbox, 'chatwoot');
  const t0 = Date.now();
  for (let c = 1; c <= 50; c += 1) { let id = 'new'; for (let m = 0; m < 20; m += 1) ({ conversationId: id } = desk.customerWrites(id, `c${c}-m${m}`)); }
  void hooks.idle().then(() => console.log('idle', Date.now() - t0));
  for (let i = 0; i < 8; i++) {
    await new Promise((r) => setTimeout(r, 4000));
    const rows = await deliveriesOf(made.db);
    const by: Record<string, number> = {};
    for (const r of rows) by[`${r.state}${r.parked ? ' parked' : ''}`] = (by[`${r.state}${r.parked ? ' parked' : ''}`] ?? 0) + 1;
    const w = await workflowsOf(stack);
    const wt: Record<string, number> = {};
    for (const r of w) wt[`${r.type} ${r.status}`] = (wt[`${r.type} ${r.status}`] ?? 0) + 1;
    console.log((Date.now() - t0), JSON.stringify(by), JSON.stringify(wt), JSON.stringify(hooks.counts()), JSON.stringify(stack.sandbox.slack.journal.counts()), JSON.stringify(stack.sandbox.chatwoot.journal.counts()), [...new Set(rows.map((r) => r.reason))].slice(0, 5));
    if (rows.length >= 1050 && rows.every((r) => r.state === 'done')) break;
  }
  console.log(JSON.stringify(threadTags(stack)) === JSON.stringify(await recordedTags(made.db, 'team-threads')));
  await stack.close(); await made.remove();
}, 200000);
