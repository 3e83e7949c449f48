import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startChild } from '../rig/child.ts';
import { freePort } from '../rig/free-port.ts';
import { writeBundles } from '../ingest/stage.ts';
import { NEEDS } from './peer.ts';
import { startService } from './services.ts';
import type { Child } from '../rig/child.ts';
import type { TemporalKind } from '../rig/temporal-choice.ts';
import type { PeerName, PeerSettings, ServiceName } from './peer.ts';
import type { Service } from './services.ts';

/** What a comparison needs from outside. */
export interface PeerStageOptions {
  readonly temporalCliPath: string;
  readonly temporal: TemporalKind;
  /** Where programs are looked for (`PATH`). */
  readonly path: string;
  readonly peers: readonly PeerName[];
  onProgress(text: string): void;
}

/** A peer that runs. */
export interface RunningPeer {
  readonly name: PeerName;
  child: Child;
  origin: string;
  /** The servers that it stores in. */
  readonly pids: readonly number[];
  /** Starts it again after it ended, on another port. */
  restart(): Promise<void>;
}

/** A peer that this machine cannot have. */
export interface LeftOut {
  readonly name: PeerName;
  readonly why: string;
}

/** Everything that a comparison measures, running. */
export interface PeerStage {
  readonly peers: readonly RunningPeer[];
  readonly leftOut: readonly LeftOut[];
  readonly sink: Child;
  readonly secret: string;
  close(): Promise<void>;
}

const ready = z.object({ port: z.number() });
const sinkReady = z.object({ origin: z.string() });

type Shared = Pick<PeerSettings, 'secret' | 'sinkOrigin'> & { readonly bundles: { readonly ours: string; readonly bare: string } };

/** Starts the servers that the peers store in, the sink and the peers, each a process of its own. A peer that cannot run is left out. */
export async function openPeerStage(options: PeerStageOptions): Promise<PeerStage> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbridge-peers-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse())
      await closer().catch((error: unknown) => options.onProgress(`closing: ${wordsOf(error)}`));
  };
  try {
    const sink = await startChild({ entry: 'ingest/sink', name: 'sink', settings: null });
    closers.push(() => sink.stop());
    const secret = randomBytes(32).toString('base64');
    const shared: Shared = { secret, sinkOrigin: sinkReady.parse(sink.ready).origin, bundles: await writeBundles(folder) };
    const find = createServices({ ...options, folder }, closers);
    const peers: RunningPeer[] = [];
    const leftOut: LeftOut[] = [];
    for (const name of options.peers) {
      try {
        options.onProgress(`starting ${name}`);
        const peer = await startPeerProcess(name, shared, find);
        closers.push(() => peer.child.stop());
        peers.push(peer);
      } catch (error) {
        options.onProgress(`${name} is left out: ${wordsOf(error)}`);
        leftOut.push({ name, why: wordsOf(error) });
      }
    }
    return { peers, leftOut, sink, secret, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts each service when a peer first needs it; one that could not be started is not tried again. */
function createServices(
  options: Parameters<typeof startService>[1],
  closers: (() => Promise<unknown>)[],
): (name: ServiceName) => Promise<Service> {
  const services = new Map<ServiceName, Promise<Service>>();
  const start = async (name: ServiceName): Promise<Service> => {
    const service = await startService(name, options);
    closers.push(() => service.stop());
    return service;
  };
  return (name) => {
    const service = services.get(name) ?? start(name);
    services.set(name, service);
    return service;
  };
}

async function startPeerProcess(name: PeerName, shared: Shared, find: (name: ServiceName) => Promise<Service>): Promise<RunningPeer> {
  const { bundles, ...rest } = shared;
  const services: Service[] = [];
  for (const need of NEEDS[name]) services.push(await find(need));
  const located = await Promise.all(services.map((service) => service.locate(name)));
  const settings: PeerSettings = {
    ...rest,
    name,
    services: Object.assign({}, ...located),
    bundlePath: name === 'temporal' ? bundles.bare : bundles.ours,
    ownPort: await freePort(),
  };
  const start = (): Promise<Child> => startChild({ entry: 'peers/app', name, settings });
  const child = await start();
  const peer: RunningPeer = {
    name,
    child,
    origin: originOf(child),
    pids: services.flatMap(({ pids }) => pids),
    async restart() {
      peer.child = await start();
      peer.origin = originOf(peer.child);
    },
  };
  return peer;
}

function originOf(child: Child): string {
  return `http://127.0.0.1:${ready.parse(child.ready).port}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
