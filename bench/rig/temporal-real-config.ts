/** Ports of a real Temporal server on 127.0.0.1: each of its four services has one for calls and one for finding each other. */
export interface RealServerPorts {
  readonly frontend: number;
  readonly http: number;
  readonly metrics: number;
  /** `OTHER_PORTS` more. */
  readonly others: readonly number[];
}

/** Of what the vendor's own development configuration for PostgreSQL has (config/development-postgres12.yaml in the server's sources). */
const HISTORY_SHARDS = 4;
const STORE_CONNECTIONS = 20;
const VISIBILITY_CONNECTIONS = 10;

/** How many other ports it takes. */
export const OTHER_PORTS = 7;

/**
 * The configuration of a real server, all four services in one process, on two databases of one PostgreSQL. JSON, which is YAML.
 * Settings are those of the vendor's development configuration; archival and the UI are left out.
 */
export function toRealServerConfig(
  postgres: URL,
  databases: { readonly main: string; readonly visibility: string },
  ports: RealServerPorts,
): string {
  const [frontendRing, history, historyRing, matching, matchingRing, worker, workerRing] = ports.others;
  return JSON.stringify({
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        main: { sql: toStore(postgres, databases.main, STORE_CONNECTIONS) },
        visibility: { sql: toStore(postgres, databases.visibility, VISIBILITY_CONNECTIONS) },
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { framework: 'tally', timerType: 'histogram', listenAddress: `127.0.0.1:${ports.metrics}` } },
    },
    services: {
      frontend: { rpc: { ...toRpc(ports.frontend, frontendRing), httpPort: ports.http } },
      history: { rpc: toRpc(history, historyRing) },
      matching: { rpc: toRpc(matching, matchingRing) },
      worker: { rpc: toRpc(worker, workerRing) },
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports.frontend}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  });
}

function toStore(postgres: URL, databaseName: string, connections: number): object {
  return {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: postgres.host,
    connectProtocol: 'tcp',
    user: decodeURIComponent(postgres.username),
    password: decodeURIComponent(postgres.password),
    maxConns: connections,
    maxIdleConns: connections,
    maxConnLifetime: '1h',
  };
}

function toRpc(grpcPort: number | undefined, membershipPort: number | undefined): object {
  return { grpcPort, membershipPort, bindOnLocalHost: true };
}
