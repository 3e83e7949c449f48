import { CLASSES } from '../chaos/settings.ts';
import { watchGate } from './gate.ts';
import { atLeast, atMost } from '../rig/check.ts';
import { isTaken } from './scene.ts';
import { quantile } from '../rig/statistics.ts';
import type { EffectClassName } from '../chaos/settings.ts';
import type { ChaosStage } from '../chaos/stage.ts';
import type { Check } from '../rig/check.ts';
import type { Answer, FlowLoad } from './load.ts';
import type { Observed, OutageSizes, Scene, Span } from './scene.ts';

/** The flow whose remote system breaks, and the one that must not notice. */
const BROKEN: EffectClassName = 'keyed';
const OTHER: EffectClassName = 'natural';
const KEYS = 12;
/** More than the credit of a flow (256), or it would never be reached. */
const BROKEN_KEYS = 600;
const OTHER_PER_SECOND = 20;
const SLOW_PER_SECOND = 10;
const SLOW_MS = 5000;
const MOST_ACK_MS = 500;
const MOST_INTAKE_MS = 2500;
const MOST_SLOWED = 2;
const TEMPORAL_IS_DOWN: Pick<Scene, 'breakIt' | 'mend'> = {
  breakIt: (stage) => stage.killTemporal(),
  mend: (stage) => stage.startTemporal(),
};
const STORE_IS_DOWN: Pick<Scene, 'breakIt' | 'mend'> = {
  breakIt: ({ postgres }) => postgres.crash(),
  mend: ({ postgres }) => postgres.start(),
};

/** The outages, in this order. */
export const SCENES: readonly Scene[] = [
  {
    name: 'temporal',
    what: 'Temporal is down (kill -9, started again on the same file)',
    flows: allFlows,
    ...TEMPORAL_IS_DOWN,
    judge: ({ answers, duringOutage }) => [
      ...judgeTaken({ answers, duringOutage }),
      atMost(
        'ack p99 ms',
        quantile(
          answers.map(({ tookMs }) => tookMs),
          0.99,
        ),
        MOST_ACK_MS,
      ),
    ],
  },
  {
    name: 'store',
    what: 'the store is down (PostgreSQL stopped at once)',
    flows: allFlows,
    ...STORE_IS_DOWN,
    judge: ({ answers, duringOutage }) => [
      ...judgeTaken({ answers, duringOutage }),
      atMost('slowest answer ms', Math.max(...answers.map(({ tookMs }) => tookMs)), MOST_INTAKE_MS),
    ],
  },
  {
    name: 'both',
    what: 'Temporal and the store are down',
    flows: allFlows,
    breakIt: async (stage: ChaosStage): Promise<void> => {
      await stage.killTemporal();
      await stage.postgres.crash();
    },
    mend: async (stage: ChaosStage): Promise<void> => {
      await stage.postgres.start();
      await stage.startTemporal();
    },
    judge: ({ answers, outage, duringOutage }) => [
      atLeast('answered while both were out', answeredIn(duringOutage(), outage).length, 1),
      atMost('of these other than 503', answeredIn(duringOutage(), outage).filter(({ status }) => status !== 503).length, 0),
      atMost('slowest answer ms', Math.max(...answers.map(({ tookMs }) => tookMs)), MOST_INTAKE_MS),
    ],
  },
  {
    name: 'remote',
    what: 'a remote system is down (answers 503)',
    flows: ({ brokenPerSecond }) => brokenAndOther(brokenPerSecond),
    breakIt: (stage) => spoil(stage, { down: true }),
    mend: (stage) => spoil(stage, {}),
    watch: (stage) => watchGate(stage, BROKEN),
    judge: judgeOther,
  },
  {
    name: 'slow',
    what: `a remote system takes ${SLOW_MS / 1000} s an answer`,
    flows: () => brokenAndOther(SLOW_PER_SECOND),
    breakIt: (stage) => spoil(stage, { slowMs: SLOW_MS }),
    mend: (stage) => spoil(stage, {}),
    judge: judgeOther,
  },
];

function allFlows({ allPerSecond }: OutageSizes): readonly FlowLoad[] {
  return CLASSES.map((name) => ({ class: name, perSecond: allPerSecond / CLASSES.length, keys: KEYS }));
}

function brokenAndOther(perSecond: number): readonly FlowLoad[] {
  return [
    { class: BROKEN, perSecond, keys: BROKEN_KEYS },
    { class: OTHER, perSecond: OTHER_PER_SECOND, keys: KEYS },
  ];
}

async function spoil({ sink }: ChaosStage, trouble: { readonly down?: boolean; readonly slowMs?: number }): Promise<void> {
  await sink.ask('faults', { refuse: 0, cut: 0, of: { [BROKEN]: trouble } });
}

/** What was sent at its end may be taken after it. */
function answeredIn(answers: readonly Answer[], { toMs }: Span): readonly Answer[] {
  return answers.filter(({ sentMs, tookMs }) => sentMs + tookMs < toMs);
}

function judgeTaken({ answers, duringOutage }: Pick<Observed, 'answers' | 'duringOutage'>): readonly Check[] {
  return [
    atLeast('sent during the outage', duringOutage().length, 1),
    atMost('not answered 2xx', answers.filter((one) => !isTaken(one)).length, 0),
  ];
}

function judgeOther({ answers, outage, endToEndP50 }: Observed): readonly Check[] {
  const before = endToEndP50(OTHER, { fromMs: 0, toMs: outage.fromMs });
  const meanwhile = endToEndP50(OTHER, outage);
  return [
    atMost('not answered 2xx', answers.filter((one) => !isTaken(one)).length, 0),
    { what: 'end to end p50 ms of the other flow, before', found: before, wanted: '> 0', ok: before > 0 },
    { what: 'end to end p50 ms of the other flow, meanwhile', found: meanwhile, wanted: '> 0', ok: meanwhile > 0 },
    atMost('end to end p50 of the other flow, meanwhile ÷ before', meanwhile / before, MOST_SLOWED),
  ];
}
