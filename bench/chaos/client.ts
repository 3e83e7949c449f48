import { z } from 'zod';
import { createCaller } from '../../connectors/call/caller.ts';
import { createHttpClient } from '../../connectors/call/http-client.ts';
import { CLASSES } from './settings.ts';
import type { ChatClient } from '../../connectors/ports/chat.ts';
import type { PortName, Ports } from '../../connectors/ports/ports.ts';
import type { BoundConnections, OnOutcome } from '../../connectors/connections.ts';
import type { EffectClassName } from './settings.ts';

const posted = z.object({ remoteId: z.string() });
const looked = z.object({ found: z.boolean() });

/** The sink's four kinds of write as connections named like their classes; over the product's own HTTP client. */
export function createChaosConnections(
  origin: string,
  onOutcome: OnOutcome,
  wrap: (name: string, client: ChatClient) => ChatClient = (_name, client) => client,
): BoundConnections {
  const clients = new Map(CLASSES.map((name) => [name, wrap(name, createChaosClient(origin, name, onOutcome))] as const));
  const find = (name: string): ChatClient | undefined => [...clients].find(([own]) => own === name)?.[1];
  return {
    names: CLASSES,
    open<P extends PortName>(port: P, name: string): Ports[P] {
      const client = find(name);
      const ports: Partial<Ports> = client === undefined ? {} : { chat: client };
      const found: Ports[P] | undefined = ports[port];
      if (found === undefined) throw new Error(`the fault run has no connection ${name} with the role ${port}`);
      return found;
    },
    probe: (name) =>
      find(name)
        ?.probe()
        .then(() => undefined),
    lacks: () => undefined,
  };
}

function createChaosClient(origin: string, effectClass: EffectClassName, onOutcome: OnOutcome): ChatClient {
  const http = createHttpClient({
    connection: effectClass,
    baseUrl: origin,
    headers: () => ({}),
    onOutcome: (outcome) => onOutcome(effectClass, outcome),
  });
  const call = createCaller(http, effectClass);
  return {
    effects: { post: effectClass, edit: 'natural' },
    lacks: () => Promise.resolve([]),
    edit: () => Promise.reject(new Error('the sink has nothing that could be edited')),
    probe: async () => {
      await call.read({ method: 'GET', path: '/effects', route: '/effects', query: { class: effectClass } }, looked);
    },
    async post({ text, thread }, { mark, sendBy }) {
      const headers = effectClass === 'keyed' ? { 'idempotency-key': mark } : {};
      const json = { id: text, class: effectClass, mark };
      const { remoteId } = await call.read({ method: 'POST', path: '/effects', route: '/effects', json, headers, sendBy }, posted);
      return { ts: remoteId, threaded: thread !== null };
    },
    async find({ mark, thread }) {
      const { found } = await call.read(
        { method: 'GET', path: '/effects', route: '/effects', query: { class: effectClass, mark } },
        looked,
      );
      return found ? { ts: mark, threaded: thread !== null } : null;
    },
  };
}
