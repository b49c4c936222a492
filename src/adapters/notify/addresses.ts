import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { loopbackHosts } from '../../domain/receiver-url.ts';

/** Who configures a receiver may be wrong, or wicked: what this machine can reach is not for every URL. */
const never = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  // Cloud machines give out their credentials here.
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
]);
const loopback = listOf([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
const inside = listOf([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
]);

function listOf(subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

export type Reach = {
  /** As a URL has it: an IPv6 address in brackets. */
  readonly host: string;
  /** The configuration says that the receiver is inside the operator's own network. */
  readonly allowsPrivate: boolean;
};

/** Why nothing may be sent to this address; undefined: it may. */
export function obstacleTo(address: string, { host, allowsPrivate }: Reach): string | undefined {
  const plain = unmapped(address);
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(plain) === 0) return `${address} is no address`;
  if (never.check(plain, family))
    return `${address} is an address of no receiver (link-local, multicast or none)`;
  if (loopback.check(plain, family))
    return loopbackHosts.has(host) ? undefined : `${host} leads to ${address}, which is this machine`;
  if (!inside.check(plain, family) || allowsPrivate) return undefined;
  return `${host} leads to ${address}, a private address; if it is yours, write private: true`;
}

/** An IPv4 address may come in the clothes of an IPv6 one (RFC 4291, 2.5.5.2; RFC 6052), to pass where the other would not. */
function unmapped(address: string): string {
  const dotted = /^(?:::ffff:|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

/**
 * Looks a name up, and hands on only what may be reached: the connection then goes to the very address that was looked at,
 * so a name that answers otherwise the second time gains nothing.
 */
export function guardedLookup(reach: Reach): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (fault, found) => {
      if (fault !== null) return done(fault, '', 0);
      const obstacles = found.map(({ address }) => obstacleTo(address, reach));
      const open = found.filter((_, at) => obstacles[at] === undefined);
      const [first] = open;
      if (first === undefined) return done(new Error(obstacles[0] ?? `${hostname} has no address`), '', 0);
      if (options.all === true) return done(null, open);
      done(null, first.address, first.family);
    });
  };
}

/** A host that is an address is never looked up. */
export function literalObstacle(reach: Reach): string | undefined {
  const address = reach.host.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? undefined : obstacleTo(address, reach);
}

/** Looks the host up as a delivery does. */
export function nameObstacle(reach: Reach): Promise<string | undefined> {
  const host = reach.host.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    guardedLookup(reach)(host, { all: true }, (fault) => resolve(fault?.message));
  });
}
