import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { toKeyBytes } from '../config/read/encryption-key.ts';
import { readConfigFile } from '../config/read/read.ts';
import { formatProblems } from '../config/read/report.ts';
import { ensureEncryptionKey, openStateDir } from '../config/read/state-dir.ts';
import { createLogger } from '../server/logger.ts';
import { migrate } from '../store/migrate.ts';
import { createPglite } from '../store/driver/pglite.ts';
import { createPostgres } from '../store/driver/postgres.ts';
import { StartFailure } from './start-failure.ts';
import { migrations } from './slices.ts';
import type { StateDir } from '../config/read/state-dir.ts';
import type { DeskbridgeConfig } from '../config/read/read.ts';
import type { Secret } from '../model/secret.ts';
import type { Database } from '../store/driver/database.ts';
import type { Logger } from 'pino';
import type { TLSConfig } from '@temporalio/client';
import type { TemporalAddress } from '../temporal/connect.ts';
import type { EncryptionKey } from '../temporal/codec.ts';

const KEY_ID_LENGTH = 12;
const POOL = 16;

/** Reads the configuration and opens the log, whose first lines are its warnings; every problem is in the failure's message. */
export function readConfigOrFail(path: string, production: boolean): { readonly config: DeskbridgeConfig; readonly log: Logger } {
  const loaded = readConfigFile(path, production ? { production } : {});
  if (!loaded.ok) throw new StartFailure(formatProblems(loaded.problems, loaded.warnings), 2);
  const log = createLogger(loaded.config.log.level);
  for (const { file, line, path: at, found, hint } of loaded.warnings) log.warn({ file, line, at }, `${found}. ${hint}`);
  return { config: loaded.config, log };
}

/**
 * The configured store, whose tables may be of an older release. PostgreSQL need not answer yet; an embedded one is opened, and this
 * throws where it cannot be.
 */
export async function connectStore(config: DeskbridgeConfig, state: StateDir): Promise<Database> {
  const { url, dir } = config.store;
  if (url !== undefined) return createPostgres({ url: url.reveal(), max: POOL });
  return createPglite({ dataDir: dir ?? state.store }).catch((error: unknown) => {
    throw cannotUse(error);
  });
}

/** Opens the configured store and brings its tables up to date; throws where it does not answer. */
export async function openStore(config: DeskbridgeConfig, state: StateDir): Promise<Database> {
  const db = await connectStore(config, state);
  try {
    await migrate(db, migrations);
    return db;
  } catch (error) {
    await db.close().catch(() => undefined);
    throw cannotUse(error);
  }
}

function cannotUse(error: unknown): StartFailure {
  const what = error instanceof Error ? error.message : 'unknown failure';
  return new StartFailure(`The store cannot be used: ${what} Check store in the configuration, and that the server runs.`, 1, {
    cause: error,
  });
}

/** The keys of the payload codec: configured ones, or the one kept under `.deskbridge/`. */
export function readKeys(config: DeskbridgeConfig, state: StateDir): EncryptionKey[] {
  const secrets =
    config.encryption === undefined ? [ensureEncryptionKey(state)] : [config.encryption.key, ...config.encryption.previousKeys];
  return secrets.map(toEncryptionKey);
}

/** Where the configured Temporal is; undefined: none is configured. */
export function toTemporalAddress(config: DeskbridgeConfig): TemporalAddress | undefined {
  if (config.temporal === undefined) return undefined;
  const { address, namespace, tls, apiKey } = config.temporal;
  return { address, namespace, tls: typeof tls === 'object' ? toTls(tls) : tls || apiKey !== undefined, apiKey: apiKey?.reveal() ?? null };
}

type Certificates = Exclude<NonNullable<DeskbridgeConfig['temporal']>['tls'], boolean>;

function toTls({ serverName, ca, cert, key }: Certificates): TLSConfig {
  return {
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(ca === undefined ? {} : { serverRootCACertificate: Buffer.from(ca.reveal()) }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertPair: { crt: Buffer.from(cert.reveal()), key: Buffer.from(key.reveal()) } }),
  };
}

/** A name for this process in leases, workflow ids and the Temporal UI. */
export function toOwner(role: string): string {
  return `${hostname()}-${process.pid}-${role}`;
}

/** The state folder of the working folder. */
export function openState(): StateDir {
  return openStateDir(process.cwd());
}

/** A key's id is a piece of its hash: it tells keys apart and nothing about them. */
function toEncryptionKey(secret: Secret): EncryptionKey {
  const bytes = toKeyBytes(secret);
  if (bytes === undefined) throw new StartFailure('encryption.key is not a key of 32 bytes: make one with openssl rand -base64 32.', 2);
  return { id: createHash('sha256').update('deskbridge key id').update(bytes).digest('hex').slice(0, KEY_ID_LENGTH), bytes };
}
