import { expect, it } from 'vitest';
import { z } from 'zod';
import { OTHER_PORTS, toRealServerConfig } from '../../bench/rig/temporal-real-config.ts';
import { toTemporalKind } from '../../bench/rig/temporal-choice.ts';

const PORTS = { frontend: 1, http: 2, metrics: 3, others: Array.from({ length: OTHER_PORTS }, (_, index) => 10 + index) };
const rpc = z.object({ rpc: z.object({ grpcPort: z.number(), membershipPort: z.number(), httpPort: z.number().optional() }) });
const shape = z.object({
  persistence: z.object({ datastores: z.record(z.string(), z.object({ sql: z.record(z.string(), z.unknown()) })) }),
  services: z.record(z.string(), rpc),
});
const config = shape.parse(
  JSON.parse(toRealServerConfig(new URL('postgres://a%40b:s%2Fcret@127.0.0.1:5433/postgres'), { main: 'm', visibility: 'v' }, PORTS)),
);

it('a real Temporal server has its four services, and no two of them share a port', () => {
  expect(Object.keys(config.services)).toEqual(['frontend', 'history', 'matching', 'worker']);
  const ports = Object.values(config.services).flatMap((service) => Object.values(service.rpc).filter((port) => typeof port === 'number'));
  expect(new Set(ports).size).toBe(ports.length);
  expect(ports).toHaveLength(9);
});

it('a real Temporal server reaches its two databases with the name and password that the URL has encoded', () => {
  const reach = { connectAddr: '127.0.0.1:5433', user: 'a@b', password: 's/cret' };
  expect(config.persistence.datastores['main']?.sql).toMatchObject({ ...reach, databaseName: 'm' });
  expect(config.persistence.datastores['visibility']?.sql).toMatchObject({ ...reach, databaseName: 'v' });
});

it('a kind of Temporal server that there is not is none', () => {
  expect([toTemporalKind('dev'), toTemporalKind('real'), toTemporalKind('cloud')]).toEqual(['dev', 'real', null]);
});
