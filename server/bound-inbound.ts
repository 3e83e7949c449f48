import type {
  Answer,
  BegunVerification,
  Inbound,
  RawRequest,
  Reading,
  RequestHead,
  SenderHabits,
  Verification,
} from '../connectors/connector.ts';

/** A connector's inbound half with one connection's settings closed over, so that the receiver need not know their type. */
export interface BoundInbound {
  /** The connection's name, as in the path `/webhooks/<name>`. */
  readonly name: string;
  readonly type: string;
  readonly sender: SenderHabits;
  /** Why the connection must not accept anything; null: it may. */
  readonly refusal: string | null;
  handshake(request: RawRequest): Answer | null;
  verify(request: RawRequest, nowMs: number): Verification;
  /** The same for a body that is not kept. Left out: only the whole body would tell. */
  beginVerify?(head: RequestHead, nowMs: number): BegunVerification;
  read(request: RawRequest): Reading;
  /** When the sender says it sent the request, in Unix milliseconds; null: it doesn't say. */
  sentAt(request: RawRequest): number | null;
}

/** Binds a connector to one connection's settings. */
export function bindInbound<Settings>(name: string, type: string, inbound: Inbound<Settings>, settings: Settings): BoundInbound {
  const { beginVerify } = inbound;
  return {
    name,
    type,
    sender: inbound.sender(settings),
    refusal: inbound.refusal(settings),
    handshake: (request) => inbound.handshake?.(request, settings) ?? null,
    verify: (request, nowMs) => inbound.verify(request, settings, nowMs),
    ...(beginVerify === undefined ? {} : { beginVerify: (head: RequestHead, nowMs: number) => beginVerify(head, settings, nowMs) }),
    read: (request) => inbound.read(request, settings),
    sentAt: (request) => inbound.sentAt?.(request, settings) ?? null,
  };
}
