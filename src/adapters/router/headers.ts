import type { IncomingMessage } from 'node:http';
import { isIdCookie } from './identity.ts';

/** Header fields as Node gives and takes them raw: name, value, name, value … */
export type RawHeaders = readonly string[];

/** They concern one connection only. RFC 9110 section 7.6.1, and the older Keep-Alive and Proxy-Connection. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** How a service says what it counts of its own; no client sees it. */
export const metricHeader = 'x-autoland-metric';
/** What is on for the user, by its name in the code: `NAME, NAME`. Absent: nothing is. */
export const flagsHeader = 'X-Autoland-Flags';
/** Only a proxy may say these; what a client says about itself is replaced. */
const FORWARDED = new Set(['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);

export type RequestOptions = {
  /** Keep what an outer proxy has said about the client. Only where no client reaches the router directly. */
  readonly trustForwarded: boolean;
  readonly flags: readonly string[];
  /** The protocol to ask for, on a connection that is to leave HTTP. */
  readonly upgrade?: string;
};

/** A service's own parser may leave out what comes after a thousand fields, and the router adds some. */
const MOST_FIELDS = 500;

export function tooManyFields(request: IncomingMessage): boolean {
  return request.rawHeaders.length > 2 * MOST_FIELDS;
}

/** What the service gets to see. Its user's id is not among it, nor any header of autoland's own. */
export function requestHeaders(request: IncomingMessage, options: RequestOptions): string[] {
  const dropped = connectionNames(request.headers.connection);
  const headers = pairs(request.rawHeaders).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || dropped.has(lower) || lower === 'expect' || isOurs(lower)) return [];
    if (lower === 'x-forwarded-for' || (FORWARDED.has(lower) && !options.trustForwarded)) return [];
    if (lower === 'cookie') return withoutId(name, value);
    return [name, value];
  });
  // A body whose length is not told must stay framed, or its bytes would be read as the next request.
  if (request.headers['transfer-encoding'] !== undefined) headers.push('Transfer-Encoding', 'chunked');
  if (options.flags.length > 0) headers.push(flagsHeader, options.flags.join(', '));
  if (options.upgrade !== undefined) headers.push('Connection', 'Upgrade', 'Upgrade', options.upgrade);
  return [...headers, ...forwarded(request, options)];
}

/** Servers that make variables of fields (RFC 3875, 4.1.18) take `_` for `-`: a client must not speak for the router that way either. */
function isOurs(lower: string): boolean {
  const read = lower.replaceAll('_', '-');
  return read.startsWith('x-autoland-') || (read !== lower && FORWARDED.has(read));
}

/** What the client gets to see. A version must not choose whom its later errors count for: no id cookie of its making. */
export function responseHeaders(raw: RawHeaders, setCookie: string | undefined): string[] {
  const connection = pairs(raw).filter(([name]) => name.toLowerCase() === 'connection');
  const dropped = connectionNames(connection.map(([, value]) => value).join(','));
  const headers = pairs(raw).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || dropped.has(lower) || lower.startsWith('x-autoland-')) return [];
    if (lower === 'set-cookie' && isIdCookie(value)) return [];
    return [name, value];
  });
  return setCookie === undefined ? headers : [...headers, 'Set-Cookie', setCookie];
}

function forwarded(request: IncomingMessage, options: RequestOptions): string[] {
  const peer = request.socket.remoteAddress ?? 'unknown';
  const missing = (name: string) => !options.trustForwarded || request.headers[name] === undefined;
  const before = options.trustForwarded ? request.headers['x-forwarded-for'] : undefined;
  return [
    'X-Forwarded-For',
    ...(before === undefined ? [peer] : [`${before}, ${peer}`]),
    ...(missing('x-forwarded-proto') ? ['X-Forwarded-Proto', 'http'] : []),
    ...(missing('x-forwarded-host') ? ['X-Forwarded-Host', request.headers.host ?? ''] : []),
  ];
}

function withoutId(name: string, value: string): string[] {
  const kept = value.split(';').filter((pair) => !isIdCookie(pair));
  return kept.length === 0 ? [] : [name, kept.map((pair) => pair.trim()).join('; ')];
}

/** Naming these in Connection would let a client take the framing or the user off its own request. */
const NEVER_DROPPED = new Set(['content-length', 'host', 'cookie', 'authorization', 'set-cookie']);

function connectionNames(value: string | undefined): Set<string> {
  const names = (value ?? '').split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !NEVER_DROPPED.has(name)));
}

function pairs(raw: RawHeaders): [string, string][] {
  return Array.from({ length: raw.length >> 1 }, (_, n) => [raw[2 * n] ?? '', raw[2 * n + 1] ?? '']);
}
