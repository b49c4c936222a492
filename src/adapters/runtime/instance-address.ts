import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where an instance that runs somewhere else listens. */
export type InstanceAddress = {
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
};

const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const FORM = /^http:\/\/(?:\[(?<six>[0-9a-f:.]{2,45})\]|(?<plain>[a-z0-9.-]{1,253})):(?<port>[1-9]\d{0,4})$/;

/**
 * `http://HOST:PORT` and nothing else: no path, no user, no other spelling of the same. undefined: it is no address.
 * One that is stated in two ways could be declared in one and meant in the other.
 */
export function parseAddress(text: string): InstanceAddress | undefined {
  const { six, plain = '', port } = FORM.exec(text)?.groups ?? {};
  if (Number(port) > 65_535 || port === undefined) return undefined;
  if (six !== undefined) return isPlainIpv6(six) ? { host: six, port: Number(port) } : undefined;
  return isIP(plain) === 4 || NAME.test(plain) ? { host: plain, port: Number(port) } : undefined;
}

/** As RFC 5952 writes it, and no IPv4 address in disguise. */
function isPlainIpv6(text: string): boolean {
  if (isIP(text) !== 6 || isDisguised(text)) return false;
  return new URL(`http://[${text}]`).hostname === `[${text}]`;
}

/** IPv4 addresses in the clothes of IPv6: RFC 4291, 2.5.5.2; RFC 6052. */
const disguises = listOf([
  ['::ffff:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
]);
/** No instance can be there: unspecified, multicast, reserved. */
const nowhere = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);
/** Cloud machines give out their credentials here. */
const linkLocal = listOf([
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
]);

function listOf(subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of subnets) list.addSubnet(net, prefix, family);
  return list;
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** The list knows IPv4 addresses by their disguise too, so it is asked of IPv6 only. */
function isDisguised(host: string): boolean {
  return isIP(host) === 6 && disguises.check(host, 'ipv6');
}

/**
 * Why nobody may be sent there; undefined: it is one of the declared hosts and blocks. A link-local address must be
 * declared as such: a block that merely holds it does not count.
 */
export function obstacleTo(address: string, declared: readonly string[]): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return `${JSON.stringify(address.slice(0, 100))} is not http://HOST:PORT`;
  const { host } = parsed;
  if (isIn(nowhere, host)) return `${address} is the address of no instance`;
  const counting = isIn(linkLocal, host)
    ? declared.filter((entry) => isIn(linkLocal, entry.split('/')[0] ?? ''))
    : declared;
  return counting.some((entry) => holds(entry, host)) ? undefined : `${address} is at no declared address`;
}

function holds(entry: string, host: string): boolean {
  const [net = '', bits] = entry.split('/');
  const family = isIP(net);
  if (family === 0) return net === host;
  if (family !== isIP(host)) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  return isIn(listOf([[net, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), name]]), host);
}

/** As `lookup` of node:dns. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  done: (fault: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * Looks a declared name up, and hands on only addresses where an instance can be. What a name leads to may change after it
 * was declared; it must not lead to what gives out credentials.
 */
export function instanceLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (fault, found) => {
      if (fault !== null) return done(fault, '', 0);
      const open = found.filter(
        ({ address }) => !isIn(nowhere, address) && !isIn(linkLocal, address) && !isDisguised(address),
      );
      const [first] = open;
      if (first === undefined)
        return done(new Error(`${hostname} leads to no address of an instance`), '', 0);
      if (options.all === true) return done(null, open);
      done(null, first.address, first.family);
    });
  };
}
