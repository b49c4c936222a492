import type { Crossing } from './handler.ts';
import { hasSlots, isBuiltinMethod, isMereFunction, isPlain } from './kinds.ts';
import { isOfPlatform, isPlatformPrototype } from './platform.ts';

/** Where an object stands for a client: an export, or what a call answered. */
export type Place = Pick<Crossing, 'package' | 'path' | 'steps' | 'from'>;

type Through = {
  call(target: object, place: Place, given: { self: unknown; args: unknown[] }): unknown;
  read(place: Place, value: unknown): unknown;
};

const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const mostPrototypes = 20;
const mostElements = 100;

/**
 * Objects of the project's own classes. Other files of the project hold them too, to which a proxy would be another object: so
 * they stay what they are, and methods of their classes are replaced in place. Only what a client was given is looked at, and
 * only where the watched files themselves are not at work.
 */
export class Instances {
  readonly #through: Through;
  readonly #places = new WeakMap<object, Place>();
  readonly #watched = new WeakSet<object>();
  #inside = 0;

  constructor(through: Through) {
    this.#through = through;
  }

  /** Whether it is an object of a class, and no platform's. */
  static has(value: object): boolean {
    if (typeof value === 'function' || Array.isArray(value) || hasSlots(value) || isPlain(value))
      return false;
    const prototype = getPrototypeOf(value);
    return prototype !== null && !(isPlatformPrototype(prototype) || isOfPlatform(value));
  }

  knows(instance: object): boolean {
    return this.#places.has(instance);
  }

  /** A client gets it. `first`: the prototype from which on its methods are the project's. */
  give(instance: object, place: Place, first = getPrototypeOf(instance)): void {
    if (!this.#places.has(instance)) this.#places.set(instance, place);
    let prototype = first;
    for (let depth = 0; prototype !== null && depth < mostPrototypes; depth++) {
      if (isPlatformPrototype(prototype) || this.#watched.has(prototype)) return;
      this.#watched.add(prototype);
      this.#watch(prototype);
      prototype = getPrototypeOf(prototype);
    }
  }

  /** Those in a list are found there. */
  giveAll(list: readonly unknown[], place: Place): void {
    for (const each of list.slice(0, mostElements))
      if (typeof each === 'object' && each !== null && Instances.has(each))
        this.give(each, { ...place, path: `${place.path}[]` });
  }

  /** While watched files run. */
  inside<Answer>(run: () => Answer): Answer {
    return this.#at(this.#inside + 1, run);
  }

  /** While they call a client back. */
  outside<Answer>(run: () => Answer): Answer {
    return this.#at(0, run);
  }

  #at<Answer>(depth: number, run: () => Answer): Answer {
    const before = this.#inside;
    this.#inside = depth;
    try {
      return run();
    } finally {
      this.#inside = before;
    }
  }

  #watch(prototype: object): void {
    for (const key of ownKeys(prototype)) {
      const own = getOwnPropertyDescriptor(prototype, key);
      if (typeof key === 'symbol' || key === 'constructor' || own?.configurable !== true) continue;
      // What has methods of its own, such as a mock, is no method.
      if (typeof own.value === 'function' && isMereFunction(own.value) && !isBuiltinMethod(own.value))
        defineProperty(prototype, key, { ...own, value: this.#method(own.value, key) });
      else if (own.get !== undefined)
        defineProperty(prototype, key, { ...own, get: this.#getter(own.get, key) });
    }
  }

  #method(method: () => unknown, key: string): unknown {
    return new Proxy(method, {
      apply: (target, self: unknown, args) => {
        const place = this.#placeOf(self, key);
        return place === undefined
          ? apply(target, self, args)
          : this.#through.call(target, place, { self, args });
      },
    });
  }

  #getter(getter: () => unknown, key: string): () => unknown {
    return new Proxy(getter, {
      apply: (target, self: unknown, args) => {
        const place = this.#placeOf(self, key);
        if (place === undefined) return apply(target, self, args);
        const value: unknown = this.inside(() => apply(target, self, args));
        return this.#through.read(place, value);
      },
    });
  }

  #placeOf(self: unknown, key: string): Place | undefined {
    if (this.#inside > 0 || typeof self !== 'object' || self === null) return undefined;
    const place = this.#places.get(self);
    return place && { ...place, path: `${place.path}.${key}`, steps: [] };
  }
}
