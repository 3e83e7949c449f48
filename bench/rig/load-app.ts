import type { Logger } from 'pino';
import type { ConfiguredConnection } from '../../connectors/connections.ts';
import type { BoundInbound } from '../../server/bound-inbound.ts';
import type { AppSettings } from '../ingest/settings.ts';

/** What each system of a load run is made from. */
export interface LoadParts {
  readonly settings: AppSettings;
  readonly inbound: BoundInbound;
  readonly sink: ConfiguredConnection;
  readonly log: Logger;
  /** What an event is ordered by, from its record; left out: by nothing. */
  readonly keyOf?: (record: string) => string | null;
}

/** A running system of a load run. */
export interface LoadApp {
  readonly port: number;
  /** Holds back what is recorded, or lets it go on; the others have nothing to hold back. */
  pause(paused: boolean): Promise<void>;
  close(): Promise<void>;
}
