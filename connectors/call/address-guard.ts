import { lookup as resolveName } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Keeps requests away from addresses that are not on the public internet (server-side request forgery). Only an origin that the
 * operator named may lead elsewhere.
 */

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;
const CONNECTIONS_PER_ORIGIN = 32;

/** Why an address must not be called. */
export type AddressRefusal = 'scheme' | 'credentials' | 'private_address';

/** Thrown by the guarded agent before anything is sent. */
export class AddressBlockedError extends Error {
  override readonly name = 'AddressBlockedError';
  readonly refusal: AddressRefusal;

  constructor(refusal: AddressRefusal) {
    super(`the address is not allowed: ${refusal}`);
    this.refusal = refusal;
  }
}

/** Decides which origins and addresses may be called. */
export interface AddressGuard {
  /** Whether the operator named this origin, such as `http://localhost:3000`. */
  trusts(origin: string): boolean;
  /** Why this URL must not be called, as far as its text tells; null: its name may be resolved. */
  refusal(url: URL): AddressRefusal | null;
}

/** Looks up all addresses of a host name. */
export type Resolve = (hostname: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void;

/** Creates a guard; `trustedOrigins` are those that the operator named in the configuration. */
export function createAddressGuard(options: { readonly trustedOrigins: readonly string[] }): AddressGuard {
  const trusted = new Set(options.trustedOrigins.map((origin) => new URL(origin).origin));
  return {
    trusts: (origin) => trusted.has(origin),
    refusal: (url) => {
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
      if (url.username !== '' || url.password !== '') return 'credentials';
      if (trusted.has(url.origin)) return null;
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      return ipaddr.isValid(literal) && !isPublicAddress(literal) ? 'private_address' : null;
    },
  };
}

/** Whether an IP address is public unicast. IPv4 inside IPv6 is judged as IPv4. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/**
 * The connection pool that every client shares. Checks each connection three times: the literal in the URL (which never reaches a
 * look-up), every address a name resolves to, and the address that the socket is connected to.
 */
export function createGuardedAgent(
  guard: AddressGuard,
  options: { readonly resolve?: Resolve; readonly connectTimeoutMs?: number } = {},
): Agent {
  const timeout = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const direct = buildConnector({ timeout });
  const guarded = buildConnector({ timeout, lookup: publicLookup(options.resolve ?? resolveAll) });
  return new Agent({
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: (target, callback) => {
      const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
      const refusal = guard.refusal(url);
      if (refusal !== null) return callback(new AddressBlockedError(refusal), null);
      if (guard.trusts(url.origin)) return direct(target, callback);
      return guarded(target, checkPeer(callback));
    },
  });
}

function checkPeer(callback: buildConnector.Callback): buildConnector.Callback {
  return (...[error, socket]) => {
    if (error !== null) return callback(error, null);
    if (isPublicAddress(socket.remoteAddress ?? '')) return callback(null, socket);
    socket.destroy();
    return callback(new AddressBlockedError('private_address'), null);
  };
}

function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [first] = addresses;
      // One private address among public ones is how names are rebound: refuse the name as a whole.
      if (first === undefined || addresses.some((entry) => !isPublicAddress(entry.address))) {
        return callback(new AddressBlockedError('private_address'), '');
      }
      return options.all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family);
    });
  };
}

function resolveAll(hostname: string, done: (error: Error | null, addresses: readonly LookupAddress[]) => void): void {
  resolveName(hostname, { all: true }, (error, addresses) => {
    done(error, error === null ? addresses : []);
  });
}
