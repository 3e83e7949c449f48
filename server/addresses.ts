import ipaddr from 'ipaddr.js';

/** Where proxies stand that are ours: this machine and its networks. */
const NEAR: readonly string[] = ['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'];
/** Bits of an IPv6 address that one customer of a provider gets: whoever has one address there has all of them. */
const IPV6_SHARE_BITS = 64;
const IPV6_GROUP_BITS = 16;

/**
 * Under which name a peer's connections are counted together; null: not by address. A proxy is one peer that speaks for many
 * senders, so one that is near or named by the operator has no such name. Its connections count in every other bound.
 */
export type AddressOf = (remoteAddress: string | undefined) => string | null;

/** `trustedProxies`: addresses or ranges (CIDR) beside this machine and its private networks. Throws where one is neither. */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const ranges = trustedProxies.map((text) =>
    ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${ipaddr.parse(text).kind() === 'ipv4' ? 32 : 128}`),
  );
  return (remoteAddress) => {
    if (remoteAddress === undefined || !ipaddr.isValid(remoteAddress)) return null;
    const address = ipaddr.process(remoteAddress);
    if (NEAR.includes(address.range())) return null;
    if (ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))) return null;
    return shareOf(address);
  };
}

function shareOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (!('parts' in address)) return address.toString();
  return address.parts
    .slice(0, IPV6_SHARE_BITS / IPV6_GROUP_BITS)
    .map((group) => group.toString(16))
    .join(':');
}
