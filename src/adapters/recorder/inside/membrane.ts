import { types } from 'node:util';
import { ArgumentProxies, type Callee } from './argument-proxies.ts';
import type { Crossing, Handler } from './handler.ts';
import { Instances, type Place } from './instances.ts';
import {
  hasSlots,
  isAccessor,
  isBuiltinMethod,
  isMereFunction,
  isNamespace,
  isObject,
  isPlain,
  prototypeOf,
} from './kinds.ts';
import { isOfPlatform } from './platform.ts';

const ownNames: ReadonlySet<PropertyKey> = new Set(['name', 'length']);
const { apply, construct, get, getOwnPropertyDescriptor, getPrototypeOf, set, defineProperty } = Reflect;

/**
 * Stands between a client and a package: the client holds proxies of what the package gave it, and each step over goes
 * through the handler. The package never meets a proxy of its own values: `this` and arguments are taken out of them.
 */
export class Membrane {
  readonly #handler: Handler;
  /** Only for files of the project. */
  readonly #instances: Instances | undefined;
  readonly #arguments: ArgumentProxies;
  readonly #proxies = new WeakMap<object, object>();
  readonly #raw = new WeakMap<object, object>();
  /** Names that the module loader reads first, which no client has asked for yet. */
  readonly #unasked = new WeakMap<object, Set<PropertyKey>>();
  /** What a client itself put into an export: a stub, say. */
  readonly #foreign = new WeakSet<object>();

  constructor(handler: Handler, callee: Callee = 'package') {
    this.#handler = handler;
    const sides = {
      in: (value: unknown) => this.unwrap(value),
      out: (value: unknown, crossing: Crossing, at: string) =>
        this.#toClient(value, { ...crossing, path: `${crossing.path}()~${at}`, steps: [], from: crossing }),
      outside: <Answer>(run: () => Answer) =>
        this.#instances === undefined ? run() : this.#instances.outside(run),
    };
    this.#arguments = new ArgumentProxies(handler, sides, callee);
    const through = {
      call: this.#call.bind(this),
      read: this.#read.bind(this),
    };
    this.#instances = callee === 'module' ? new Instances(through) : undefined;
  }

  /** What the client gets in the place of a package's exports. */
  exports(name: string, specifier: string, value: unknown): unknown {
    if (!isObject(value) || hasSlots(value) || isOfPlatform(value)) return value;
    const place = { package: name, path: specifier, steps: [specifier], from: undefined };
    if (this.#instances !== undefined && Instances.has(value)) return this.#toClient(value, place);
    return this.#proxy(value, place);
  }

  /** The same, where the first read of each name is the module loader's. */
  imports(name: string, specifier: string, value: unknown): unknown {
    const seen = this.exports(name, specifier, value);
    if (isObject(value)) this.#unasked.set(value, new Set(Reflect.ownKeys(value)));
    return seen;
  }

  /** The package's own value behind a proxy of this membrane, or the client's own behind an argument's; else the value. */
  unwrap(value: unknown): unknown {
    if (!isObject(value)) return value;
    return this.#raw.get(value) ?? this.#arguments.unwrap(value);
  }

  #toClient(value: unknown, place: Place): unknown {
    const raw = this.#arguments.unwrapDeep(value);
    if (!isObject(raw) || this.#foreign.has(raw) || this.#arguments.isClients(raw)) return raw;
    const known = this.#proxies.get(raw);
    if (known !== undefined) return known;
    if (this.#instances !== undefined) return this.#ofProject(raw, place, this.#instances);
    return isWrapped(raw) ? this.#proxy(raw, place) : raw;
  }

  /** Only functions stand behind a proxy, and what exports or calls answer for the sake of the functions in it. */
  #ofProject(raw: object, place: Place, instances: Instances): unknown {
    const isExport = place.from === undefined;
    if (typeof raw === 'function')
      return isExport || isMereFunction(raw as () => unknown) ? this.#proxy(raw, place) : raw;
    if (Array.isArray(raw)) instances.giveAll(raw, place);
    else if (Instances.has(raw)) {
      instances.give(raw, place);
      if (place.from !== undefined && place.path === answered(place.from).path)
        this.#handler.answered?.(place.from, raw);
    } else if (isNamespace(raw) && (isExport || place.path.endsWith('()'))) return this.#proxy(raw, place);
    return raw;
  }

  #proxy(raw: object, place: Place): object {
    const known = this.#proxies.get(raw);
    if (known !== undefined) return known;
    const proxy = isFrozenObject(raw) ? this.#thawed(raw, place) : new Proxy(raw, this.#traps(place));
    this.#proxies.set(raw, proxy);
    this.#raw.set(proxy, raw);
    return proxy;
  }

  /** Bundlers freeze their namespaces, and a proxy of a frozen object may answer nothing but what is in it: this one is of an empty one. */
  #thawed(raw: object, place: Place): object {
    const { get: read } = this.#traps(place);
    return new Proxy(Object.create(getPrototypeOf(raw)) as object, {
      get: (_shadow, key) => (key === 'prototype' ? undefined : read?.(raw, key, raw)),
      has: (_shadow, key) => Reflect.has(raw, key),
      ownKeys: () => Reflect.ownKeys(raw),
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      getOwnPropertyDescriptor: (_shadow, key) => {
        const own = getOwnPropertyDescriptor(raw, key);
        if (own === undefined) return undefined;
        const value = typeof key === 'symbol' ? own.value : this.#toClient(own.value, below(place, key));
        return { value, enumerable: own.enumerable === true, configurable: true, writable: false };
      },
    });
  }

  #traps(place: Place): ProxyHandler<object> {
    return {
      apply: (target, self, args) => this.#call(target, place, { self, args }),
      construct: (target, args, newTarget) => this.#construct(target, place, { args, newTarget }),
      get: (target, key, receiver) =>
        // An accessor must run for the object of a client that inherits it.
        this.#isHeir(target, receiver) && isAccessor(target, key)
          ? get(target, key, receiver)
          : this.#get(target, key, place),
      set: (target, key, value, receiver) => {
        if (this.#isHeir(target, receiver)) return set(target, key, value, receiver);
        this.#take(value);
        return set(target, key, this.unwrap(value), target);
      },
      defineProperty: (target, key, descriptor) => {
        this.#take(descriptor.value);
        const held =
          'value' in descriptor ? { ...descriptor, value: this.unwrap(descriptor.value) } : descriptor;
        return defineProperty(target, key, held);
      },
      getOwnPropertyDescriptor: (target, key) => this.#descriptor(target, key, place),
    };
  }

  #take(value: unknown): void {
    if (isObject(value) && !this.#raw.has(value) && !this.#proxies.has(value)) this.#foreign.add(value);
  }

  #call(target: object, place: Place, { self, args }: { self: unknown; args: unknown[] }): unknown {
    const raws = args.map((arg) => this.unwrap(arg));
    const crossing: Crossing = { ...place, kind: 'call', args: raws };
    const own = this.unwrap(self);
    if (own === self && isObject(own) && this.#instances?.knows(own) === false)
      this.#arguments.lend(crossing, own);
    const proceed = () => {
      const handed = this.#arguments.hand(crossing, raws);
      const run = () => apply(target as () => unknown, own, handed);
      return this.#arguments.unwrapDeep(this.#instances === undefined ? run() : this.#instances.inside(run));
    };
    return this.#answer(crossing, this.#handler.call(crossing, proceed));
  }

  #construct(
    target: object,
    place: Place,
    { args, newTarget }: { args: unknown[]; newTarget: object },
  ): object {
    const raws = args.map((arg) => this.unwrap(arg));
    const crossing: Crossing = { ...place, kind: 'construct', args: raws };
    const own = this.unwrap(newTarget) === target;
    const asked = (own ? target : newTarget) as () => unknown;
    const proceed = (): unknown => {
      const handed = this.#arguments.hand(crossing, raws);
      const run = (): unknown => construct(target as () => unknown, handed, asked);
      return this.unwrap(this.#instances === undefined ? run() : this.#instances.inside(run));
    };
    const made = this.#handler.call(crossing, proceed);
    // A client's subclass: what it makes is its own.
    const answer = own ? this.#answer(crossing, made) : made;
    if (!own && isObject(made)) this.#instances?.give(made, answered(crossing), prototypeOf(target));
    // `new` must answer an object, whatever the handler would have the client see.
    return isObject(answer) ? answer : {};
  }

  #answer(crossing: Crossing, value: unknown): unknown {
    if (this.#handler.exportsOnly) return value;
    const place = answered(crossing);
    if (!isPlainPromise(value)) return this.#toClient(value, place);
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    // A promise of its own, so that a rejection that nobody handles is still one.
    const settle = this.#handler.settle?.bind(this.#handler);
    const seen = value.then(
      (kept) => {
        const own = this.#arguments.unwrapDeep(kept);
        return this.#toClient(settle ? settle(crossing, { kind: 'resolve', value: own }) : own, place);
      },
      (reason: unknown) => {
        if (settle) return settle(crossing, { kind: 'reject', value: reason });
        throw reason;
      },
    );
    this.#proxies.set(value, seen);
    this.#raw.set(seen, value);
    return seen;
  }

  #get(target: object, key: PropertyKey, place: Place): unknown {
    // In this order: a getter may put a fixed value in its own place.
    const value = get(target, key, target);
    if (!isFrozenObject(target) && isFixed(getOwnPropertyDescriptor(target, key))) return value;
    if (typeof value === 'function' && (isBuiltinMethod(value) || key === 'constructor'))
      return this.#proxies.get(value) ?? value;
    if (key === 'prototype' || key === '__proto__') return value;
    if (typeof key === 'symbol' || key === 'then' || key === '__esModule') return this.#quiet(value);
    // Runners look at these to make mocks; of a project they are for people.
    if (this.#instances !== undefined && typeof target === 'function' && ownNames.has(key)) return value;
    const at = below(place, key);
    if (this.#unasked.get(target)?.delete(key) === true) return this.#toClient(value, at);
    return this.#read(at, value);
  }

  #read(at: Place, value: unknown): unknown {
    const crossing: Crossing = { ...at, kind: 'read', args: [] };
    return this.#toClient(this.#handler.read(crossing, this.#arguments.unwrapDeep(value)), at);
  }

  /** A client's object whose prototype is this one. */
  #isHeir(target: object, receiver: unknown): boolean {
    return receiver !== target && receiver !== this.#proxies.get(target);
  }

  /** Iterators, conversions, `then` and what compilers ask belong to the language: they work, and are no crossing. */
  #quiet(value: unknown): unknown {
    if (typeof value !== 'function' || this.#foreign.has(value)) return value;
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    const proxy = new Proxy(value, {
      apply: (target, self, args) => apply(target, this.unwrap(self), args),
    });
    this.#proxies.set(value, proxy);
    this.#raw.set(proxy, value);
    return proxy;
  }

  #descriptor(target: object, key: PropertyKey, place: Place): PropertyDescriptor | undefined {
    const own = getOwnPropertyDescriptor(target, key);
    if (own === undefined || typeof own.value !== 'function' || typeof key === 'symbol') return own;
    if (key === 'prototype' || key === 'constructor' || isFixed(own)) return own;
    return { ...own, value: this.#toClient(own.value, below(place, key)) };
  }
}

function below(place: Place, key: string | number): Place {
  const steps = place.steps.length === 0 ? place.steps : [...place.steps, String(key)];
  return { ...place, path: `${place.path}.${key}`, steps };
}

function answered(crossing: Crossing): Place {
  return { package: crossing.package, path: `${crossing.path}()`, steps: [], from: crossing };
}

function isFrozenObject(value: object): boolean {
  return typeof value !== 'function' && Object.isFrozen(value) && !types.isModuleNamespaceObject(value);
}

/** The language does not let a proxy answer anything but the value itself. */
function isFixed(own: PropertyDescriptor | undefined): boolean {
  return own?.configurable === false && own.writable === false;
}

function isWrapped(value: object): boolean {
  if (typeof value === 'function') return !types.isProxy(value);
  if (Array.isArray(value) || hasSlots(value) || isOfPlatform(value)) return false;
  return isNamespace(value) || !isPlain(value);
}

/** One without properties of its own or a subclass: those must stay what they are. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  if (!isObject(value) || !types.isPromise(value) || Object.keys(value).length > 0) return false;
  // Promise.prototype of any realm; that of a subclass is one step further from the end.
  const prototype = getPrototypeOf(value);
  return prototype !== null && getPrototypeOf(getPrototypeOf(prototype) ?? prototype) === null;
}
