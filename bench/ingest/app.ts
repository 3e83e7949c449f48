import { slackConfig } from '../../connectors/slack/config.ts';
import { Secret } from '../../model/secret.ts';
import { createLogger } from '../../server/logger.ts';
import { bindCustom } from '../rig/bind-custom.ts';
import { readSettings, serveParent } from '../rig/child.ts';
import { startBare } from './bare.ts';
import { startFloor } from './floor.ts';
import { startOurs } from './ours.ts';
import { createSampler } from '../profile/sampler.ts';
import { appSettings, CONNECTION } from './settings.ts';
import type { LoadApp } from '../rig/load-app.ts';

/** One system of a load run in a process of its own: receiver, dispatcher and worker, as `deskbridge dev` has them. */

const settings = readSettings(appSettings);
const sink = slackConfig.parse({
  type: 'slack',
  baseUrl: settings.sinkOrigin,
  token: new Secret('sink'),
  signingSecret: new Secret('not used'),
});
const parts = {
  settings,
  inbound: bindCustom(CONNECTION, settings.secret),
  sink: { name: 'sink', type: 'slack', settings: sink },
  log: createLogger('info'),
};
const app = await start();
const sampler = createSampler();

serveParent(
  { port: app.port },
  {
    pause: async (paused) => {
      await app.pause(paused === true);
      return null;
    },
    sample: async (on) => {
      if (on !== true) return sampler.stop();
      await sampler.start();
      return null;
    },
    usage: () => ({ rssMb: Math.round(process.memoryUsage().rss / 1024 / 1024), cpuMs: Math.round(sumOf(process.cpuUsage()) / 1000) }),
  },
  () => app.close(),
);

function start(): Promise<LoadApp> {
  if (settings.system === 'floor') return startFloor(parts);
  return settings.system === 'bare' ? startBare(parts) : startOurs(parts);
}

function sumOf({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}
