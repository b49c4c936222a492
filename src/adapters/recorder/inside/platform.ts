import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { isObject, ownValue } from './kinds.ts';

const { getPrototypeOf, getOwnPropertyDescriptor, ownKeys } = Reflect;
const mostPrototypes = 20;

/**
 * Of the platform before the project ran. Names only: to read a global is to load all that is behind it, an HTTP client for
 * `fetch`, in each of the hundreds of processes that a run of tests may start.
 */
const globalNames: ReadonlySet<PropertyKey> = new Set(ownKeys(globalThis));
/** They hand themselves to the platform, which knows them by identity. */
const streamNames: ReadonlySet<PropertyKey> = new Set([
  ...['Stream', 'Readable', 'Writable', 'Duplex', 'Transform', 'PassThrough'],
]);
const httpNames: ReadonlySet<PropertyKey> = new Set([
  ...['Agent', 'ClientRequest', 'IncomingMessage', 'OutgoingMessage', 'Server', 'ServerResponse'],
]);

/** Their own `constructor` leads elsewhere. */
const unnamed: readonly (object | null)[] = [
  Buffer.prototype,
  getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object),
];

const known = new WeakMap<object, boolean>(
  unnamed.flatMap((prototype): [object, boolean][] => (prototype === null ? [] : [[prototype, true]])),
);

/** Made by the platform, or so close to it that a proxy would not be known again. */
export function isOfPlatform(value: object): boolean {
  if (typeof value === 'function') return false;
  let prototype = getPrototypeOf(value);
  if (prototype === null) return false;
  if (isPlatforms(prototype)) return true;
  for (let depth = 0; prototype !== null && depth < mostPrototypes; depth++) {
    if (isStreams(prototype)) return true;
    prototype = getPrototypeOf(prototype);
  }
  return false;
}

/** What platforms make their objects from, whichever realm or library the platform is of. */
export function isPlatformPrototype(prototype: object): boolean {
  if (types.isProxy(prototype) || prototype === EventEmitter.prototype) return true;
  if (isPlatforms(prototype)) return true;
  if (getPrototypeOf(prototype) === null) return true;
  return getOwnPropertyDescriptor(prototype, Symbol.toStringTag) !== undefined;
}

/** Of this realm's own classes; objects themselves and emitters are what packages make theirs from. */
function isPlatforms(prototype: object): boolean {
  if (prototype === Object.prototype || prototype === EventEmitter.prototype) return false;
  const judged = known.get(prototype);
  if (judged !== undefined) return judged;
  const name = classNameOf(prototype);
  const answer =
    name !== undefined &&
    ((globalNames.has(name) && isOf(prototype, globalThis, name)) ||
      isStreams(prototype) ||
      (httpNames.has(name) && isOf(prototype, process.getBuiltinModule('node:http'), name)));
  known.set(prototype, answer);
  return answer;
}

function isStreams(prototype: object): boolean {
  const name = classNameOf(prototype);
  return (
    name !== undefined &&
    streamNames.has(name) &&
    isOf(prototype, process.getBuiltinModule('node:stream'), name)
  );
}

/** As its class says, which runs no code of it. */
function classNameOf(prototype: object): string | undefined {
  const made = types.isProxy(prototype) ? undefined : ownValue(prototype, 'constructor');
  const name = typeof made === 'function' && !types.isProxy(made) ? ownValue(made, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function isOf(prototype: object, holder: object, name: string): boolean {
  const made = ownValue(holder, name);
  return isObject(made) && ownValue(made, 'prototype') === prototype;
}
