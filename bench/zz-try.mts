import { openStage } from '/work/main/bench/ingest-stage.ts';
import { sendClosedLoop, sendOpenLoop } from '/work/main/bench/load.ts';
import { quantile } from '/work/main/bench/statistics.ts';
const stage = await openStage({ temporalCliPath: '/tmp/tv/v/bin/temporal', postgresUrl: 'postgres://deskbridge@127.0.0.1:55473/postgres', onProgress: console.log, nodeOptions: process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/nbench/prof'] : [] });
const wait = async (n, ms=120000) => { const t=Date.now(); for(;;){ const c = await stage.sink.ask('count'); if (c>=n || Date.now()-t>ms) return c; await new Promise(r=>setTimeout(r,20)); } };
const only = (process.env.ONLY ?? 'floor,postgres,pglite,bare').split(',');
try {
 for (const sys of stage.systems.filter(s=>only.includes(s.name))) {
  const base = { origin: sys.origin, path: '/webhooks/load', secret: stage.secret, connections: 32 };
  const fmt = (s) => `acks/s ${(s.acknowledged.size/((s.endedMs-s.startedMs)/1000)).toFixed(0)} p50 ${quantile(s.ackMs,.5).toFixed(1)} p99 ${quantile(s.ackMs,.99).toFixed(1)} refused ${JSON.stringify([...s.refused])}`;
  if (sys.name!=='bare') { await sendClosedLoop({...base, prefix:`${sys.name}w`}, {events: 1000}); }
  if (sys.name==='floor') { console.log('floor', fmt(await sendClosedLoop({...base,prefix:'fl'}, {ms:4000}))); continue; }
  const warm = sys.name==='bare'?0:1000; await wait(warm, 60000); await stage.sink.ask('take');
  if (sys.name!=='bare') {
   await sys.child.ask('pause', true); await new Promise(r=>setTimeout(r,300));
   const a = await sendClosedLoop({...base,prefix:`${sys.name}p`}, {ms:4000}); console.log(sys.name,'paused', fmt(a));
   await sys.child.ask('pause', false); const t0=Date.now(); const c= await wait(a.acknowledged.size); console.log(' drained', c, 'of', a.acknowledged.size, (c/((Date.now()-t0)/1000)).toFixed(0),'/s'); await stage.sink.ask('take');
  }
  const n = sys.name==='bare'?300:5000; const act0 = await stage.actions();
  const b = await sendClosedLoop({...base,prefix:`${sys.name}b`}, {events:n}); const c = await wait(b.acknowledged.size);
  const arr = await stage.sink.ask('take'); const last = Math.max(...arr.map(x=>x[1])); const e2e = arr.map(([id,at])=> at - b.acknowledged.get(id.split(':').at(-1)));
  await new Promise(r=>setTimeout(r,1500));
  console.log(sys.name,'burst', fmt(b), 'delivered/s', (c/((last-b.startedMs)/1000)).toFixed(0), 'e2e p50', quantile(e2e,.5).toFixed(0),'p99',quantile(e2e,.99).toFixed(0),'actions/delivery', ((await stage.actions()-act0)/n).toFixed(3), JSON.stringify(await sys.child.ask('usage')));
  const calm = await sendOpenLoop({...base,prefix:`${sys.name}c`}, {perSecond:10, ms:6000}); await wait(calm.acknowledged.size, 20000); const ca = await stage.sink.ask('take'); const ce = ca.map(([id,at])=> at - calm.acknowledged.get(id.split(':').at(-1)));
  console.log(sys.name,'calm', fmt(calm), ca.length, 'e2e p50', quantile(ce,.5).toFixed(1), 'p99', quantile(ce,.99).toFixed(1));
 }
} finally { await stage.close(); }
