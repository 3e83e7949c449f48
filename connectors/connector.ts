import type { z } from 'zod';
import type { OnLeftOut } from './call/caller.ts';
import type { HttpClient } from './call/http.ts';
import type { Refused, Verdict } from './call/status-table.ts';
import type { Lack } from './ports/chat.ts';
import type { PortName, Ports } from './ports/ports.ts';

/** One webhook request as it came over the wire. */
export interface RawRequest {
  /** Header name in lower case → every value of it, repeated headers kept apart. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** The exact bytes of the body; never decoded before the signature is checked. */
  readonly body: Buffer;
}

/** What of a request is there before its body. */
export type RequestHead = Pick<RawRequest, 'headers'>;

/** Why a request is not authentic. Goes to logs and metrics, never into the answer. */
export type Refusal =
  | 'header_missing'
  | 'header_repeated'
  | 'header_malformed'
  | 'too_many_signatures'
  | 'timestamp_malformed'
  | 'timestamp_stale'
  | 'timestamp_future'
  | 'version_unknown'
  | 'signature_mismatch'
  | 'token_mismatch';

/** Whether a request is authentic; `secretIndex` tells which active secret matched (null: unsigned, allowed by name). */
export type Verification = { readonly ok: true; readonly secretIndex: number | null } | { readonly ok: false; readonly reason: Refusal };

/** Verifies a body piece by piece, without keeping it. */
export interface BodyVerifier {
  update(piece: Buffer): void;
  /** The verdict on all pieces; call once. */
  end(): Verification;
}

/** What the headers alone tell: that the request is not authentic, or how to find out from the body. */
export type BegunVerification = BodyVerifier | { readonly ok: false; readonly reason: Refusal };

/** What a sender's request means once it is known to be authentic. */
export type Reading =
  | { readonly kind: 'events'; readonly events: readonly InboundEvent[] }
  /** A defined exchange that starts nothing; answered 200 with this body. */
  | { readonly kind: 'handshake'; readonly name: string; readonly answer: Answer }
  /** Authentic, but a required header, the content type or the body cannot be used; `status` 400, 413 or 415. */
  | { readonly kind: 'unusable'; readonly problem: string; readonly status: 400 | 415; readonly park: boolean }
  /** Authentic, but speaks for another tenant than the secret's: answered 403. */
  | { readonly kind: 'foreign'; readonly problem: string };

/** An answer's body. */
export interface Answer {
  readonly contentType: 'application/json' | 'text/plain';
  readonly body: string;
}

/** Flat facts of an event under dotted names (`message.private`): what `when:` filters see. Ids are text. */
export type Facts = { readonly [field: string]: string | number | boolean | null };

/** The type a fact has; `when:` filters are checked against it at start. */
export type FactType = 'string' | 'number' | 'boolean';

/** What the events of a topic tell, as far as `when:` filters are concerned. */
export interface TopicFacts {
  /** Facts that each of them has, or says to be null. */
  readonly facts: { readonly [field: string]: FactType };
  /** Facts that it has where its sender tells them. A filter on one leaves out the events that lack it. */
  readonly maybe?: { readonly [field: string]: FactType };
}

/** What a sender said, once, in our terms. */
export interface InboundEvent {
  /** The name used in `on:`, such as `invoice.payment_failed` or `message.created`; unknown names are kept as they came. */
  readonly topic: string;
  /** Text that is equal for two copies of one event and differs for two events; the inbox stores only its SHA-256. */
  readonly dedupeKey: string;
  /** The record the event is about, such as `conversation:42`: what flows order by. null: nothing to order by. */
  readonly record: string | null;
  /** The bytes kept for the flows to read; for a batch, this event's part as JSON. */
  readonly body: Buffer;
  readonly facts: Facts;
}

/** The half of a connector that receives. All functions are pure. */
export interface Inbound<Settings> {
  /** Why the connection must refuse to start: what it lacks to verify. null: it lacks nothing. */
  refusal(settings: Settings): string | null;
  /** What works but deserves a look, one sentence each; shown at start. */
  warnings?(settings: Settings): readonly string[];
  /** Unsigned requests a sender makes by design (WooCommerce ping, Slack ssl_check); null: not one of these. */
  handshake?(request: RawRequest, settings: Settings): Answer | null;
  verify(request: RawRequest, settings: Settings, nowMs: number): Verification;
  /** The same for a body that is not kept, because it is over the limit. Left out: only the whole body would tell. */
  beginVerify?(head: RequestHead, settings: Settings, nowMs: number): BegunVerification;
  read(request: RawRequest, settings: Settings): Reading;
  /** When the sender says it sent the request, in Unix milliseconds (for the clock-skew metric); null: it doesn't say. */
  sentAt?(request: RawRequest, settings: Settings): number | null;
  /** The facts of a stored event, from its topic and body alone. Total: unreadable fields are left out. */
  facts(topic: string, body: Buffer): Facts;
  /** Topics a flow can name in `on:`, with their facts. */
  readonly topics: { readonly [topic: string]: TopicFacts };
  /** What the sender does with an answer; the receiver's status table is built from it. */
  sender(settings: Settings): SenderHabits;
}

/** How a sender treats answers; sources in each connector. */
export interface SenderHabits {
  /** Whether a failed delivery is sent again. `false`: authentic but unusable is answered 200 and parked. */
  readonly retries: boolean;
  /** The status that makes the sender try again when nothing could be stored. */
  readonly unavailable: 500 | 503;
  /** Bytes of the largest request that it is known to send, with room to spare: what is taken unless configured. Left out: 1 MB. */
  readonly largestBody?: number;
}

/** One connection, as its system's calling half is handed it. */
export interface At<Settings> {
  /** The connection's name, for errors. */
  readonly connection: string;
  readonly settings: Settings;
  /** Calls the connection's origin, authenticated. */
  readonly http: HttpClient;
  /** Told of items of a list that could not be read. */
  readonly onLeftOut?: OnLeftOut;
}

/** The half of a connector that calls. It is handed its HTTP client, so that reading a configuration loads none. */
export interface Outbound<Settings> {
  /** The origin that is called, such as `https://api.stripe.com`. */
  origin(settings: Settings): string;
  /** Headers of every request; asked for each, so that a renewed token is used at once. */
  headers(settings: Settings): { readonly [name: string]: string };
  /** Refines the verdict on a refusal by what the system's body says; null: the status says it all. */
  explain?(refused: Refused): Partial<Verdict> | null;
  /** The header in which the system names the request, in lower case; shown to people who ask its support. */
  readonly requestIdHeader?: string;
  /** A cheap authenticated read: proves that the connection works. Throws ConnectorError. */
  probe(at: At<Settings>): Promise<void>;
  /** What the token may not do of what flows need, where the system tells. Throws ConnectorError. */
  lacks?(at: At<Settings>): Promise<readonly Lack[]>;
  /** What the system can be asked, by role. A missing role is a missing capability. */
  readonly ports: { readonly [P in PortName]?: { open(at: At<Settings>): Ports[P] } };
}

/** Everything Deskbridge knows about one system, as data and functions. A missing property is a missing capability. */
export interface Connector<Settings> {
  /** What `type:` says in the configuration, and the name of its folder. */
  readonly type: string;
  readonly title: string;
  /** The vendor's documentation. */
  readonly docs: string;
  /** A connection of this type in YAML, as a person would write it; its name is left to the reader. */
  readonly example: string;
  readonly config: z.ZodType<Settings>;
  readonly receives?: Inbound<Settings>;
  readonly calls?: Outbound<Settings>;
}
