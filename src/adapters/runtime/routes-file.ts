import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Route } from '../../ports/runtime.ts';
import { readIfThere, writeAtomic } from './files.ts';
import { parseAddress } from './instance-address.ts';
import type { StateLayout } from './state-layout.ts';

/** A route, and where its versions listen. */
export type RoutedService = {
  readonly route: Route;
  /** By digest. */
  readonly sockets: ReadonlyMap<string, readonly string[]>;
};

/** STATE/routes.json is what production runs: the supervisor alone writes it, routers read it. */
export function readRoutes(layout: StateLayout): RoutedService[] {
  const text = readIfThere(layout.routes);
  if (text === undefined) return [];
  try {
    const { version, routes }: { version?: unknown; routes?: unknown } = JSON.parse(text);
    if (version !== 1 || !Array.isArray(routes)) throw new Error('expected {"version": 1, "routes": […]}');
    return routes.map(parse);
  } catch (thrown) {
    throw new AutolandError(
      'state.corrupt',
      `${layout.routes} is not as it was written: ${messageOf(thrown)}`,
    );
  }
}

export function writeRoutes(layout: StateLayout, services: readonly RoutedService[]): void {
  const routes = services.map(({ route, sockets }) => ({ ...route, sockets: Object.fromEntries(sockets) }));
  writeAtomic(layout.routes, `${JSON.stringify({ version: 1, routes }, undefined, 2)}\n`);
}

function parse(value: unknown): RoutedService {
  if (!isRecord(value) || !isRecord(value.sockets)) throw new Error('a route has no sockets');
  const sockets = new Map(
    Object.entries(value.sockets).map(([digest, paths]) => [digest, textList(paths)] as const),
  );
  const candidate = value.candidate;
  return {
    sockets,
    route: {
      service: text(value, 'service'),
      stable: text(value, 'stable'),
      candidate: isRecord(candidate)
        ? {
            digest: text(candidate, 'digest'),
            flag: text(candidate, 'flag'),
            nonce: text(candidate, 'nonce'),
          }
        : null,
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  if (typeof value !== 'string' || value === '') throw new Error(`a route has no ${name}`);
  return value;
}

function textList(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error('sockets must be lists');
  return value.map((one: unknown) => {
    if (typeof one !== 'string' || !(one.startsWith('/') || parseAddress(one) !== undefined))
      throw new Error('a socket must be an absolute path or http://HOST:PORT');
    return one;
  });
}
