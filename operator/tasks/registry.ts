import { connectionsClose, connectionsList, connectionsResume } from './connections.ts';
import { deliveriesDecide } from './decide.ts';
import { deliveriesList, deliveriesShow } from './deliveries.ts';
import { eventsList, eventsShow } from './events.ts';
import { flowsList, flowsPause, flowsRemove } from './flows.ts';
import { parkedList, parkedShow } from './parked.ts';
import { replayMake, replayPlan } from './replay.ts';
import { systemCheck } from './system.ts';
import type { AnyTask } from './task.ts';

/** What operators can ask of the inbox. */
export const tasks: readonly AnyTask[] = [
  connectionsClose,
  connectionsList,
  connectionsResume,
  deliveriesDecide,
  deliveriesList,
  deliveriesShow,
  eventsList,
  eventsShow,
  flowsList,
  flowsPause,
  flowsRemove,
  parkedList,
  parkedShow,
  replayMake,
  replayPlan,
  systemCheck,
];
