import type { Crossing, Handler } from './handler.ts';
import { isCallback, isObject, isPlain } from './kinds.ts';

type Sides = {
  /** Takes the package's own values out of the client's proxies. */
  in(value: unknown): unknown;
  /** Makes what the client gets of a value of the package. */
  out(value: unknown, crossing: Crossing, at: string): unknown;
};

type Held = { crossing: Crossing; at: string };

const { apply, construct, get, getOwnPropertyDescriptor, ownKeys, set } = Reflect;
const mostNodes = 5000;
const mostElements = 10_000;

/**
 * The other half of the membrane: what a client hands to a package. Which properties of it are read, and how its functions
 * are called, is as much behaviour as what comes back.
 */
export class ArgumentProxies {
  readonly #handler: Handler;
  readonly #sides: Sides;
  readonly #proxies = new WeakMap<object, object>();
  readonly #raw = new WeakMap<object, object>();
  /** Of a client's object: who passed it last. */
  readonly #held = new WeakMap<object, Held>();

  constructor(handler: Handler, sides: Sides) {
    this.#handler = handler;
    this.#sides = sides;
  }

  hand(crossing: Crossing, args: readonly unknown[]): unknown[] {
    if (this.#handler.callback === undefined && this.#handler.argumentRead === undefined) return [...args];
    return args.map((arg, index) => this.#wrap(arg, { crossing, at: String(index) }));
  }

  unwrap(value: object): object {
    return this.#raw.get(value) ?? value;
  }

  /** Whether a client handed it over: it goes back as it came. */
  isClients(raw: object): boolean {
    return this.#held.has(raw);
  }

  /** Puts the client's own objects back into a result, in place, however deep they are in it. */
  unwrapDeep(value: unknown): unknown {
    if (!isObject(value)) return value;
    const top = this.unwrap(value);
    if (top === value) this.#unwrapInside(top, { left: mostNodes, seen: new Set() });
    return top;
  }

  #unwrapInside(value: object, walk: { left: number; seen: Set<object> }): void {
    if (walk.seen.has(value) || walk.left <= 0) return;
    if (!(Array.isArray(value) || isPlain(value)) || this.#held.has(value)) return;
    walk.seen.add(value);
    for (const key of ownKeys(value)) {
      if (walk.left-- <= 0) return;
      const own = getOwnPropertyDescriptor(value, key);
      if (own === undefined || !isObject(own.value)) continue;
      const raw = this.#raw.get(own.value);
      if (raw === undefined) this.#unwrapInside(own.value, walk);
      else if (own.writable) set(value, key, raw);
    }
  }

  #wrap(given: unknown, held: Held): unknown {
    const value = this.#sides.in(given);
    if (!isObject(value)) return value;
    if (!isHanded(value)) return value;
    // A value of the package itself comes home as it is.
    if (value !== given) return value;
    this.#held.set(value, held);
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    const proxy = new Proxy(value, typeof value === 'function' ? this.#callable() : this.#readable());
    this.#proxies.set(value, proxy);
    this.#raw.set(proxy, value);
    return proxy;
  }

  #readable(): ProxyHandler<object> {
    return {
      get: (target, key, receiver) => {
        const own = getOwnPropertyDescriptor(target, key);
        if (own === undefined || typeof key === 'symbol') return get(target, key, receiver);
        const held = this.#held.get(target);
        if (held === undefined) return get(target, key, receiver);
        const at = `${held.at}.${key}`;
        this.#handler.argumentRead?.(held.crossing, at);
        const value = get(target, key, target);
        // The language does not let a proxy answer anything else.
        if (!own.configurable && own.writable === false) return value;
        return this.#wrap(value, { crossing: held.crossing, at });
      },
      set: (target, key, value) => set(target, key, isObject(value) ? this.unwrap(value) : value, target),
      defineProperty: (target, key, descriptor) =>
        Reflect.defineProperty(
          target,
          key,
          isObject(descriptor.value) ? { ...descriptor, value: this.unwrap(descriptor.value) } : descriptor,
        ),
    };
  }

  #callable(): ProxyHandler<object> {
    return {
      apply: (target, self, args) => this.#called(target, { self, args, newTarget: undefined }),
      construct: (target, args, newTarget) => {
        const asked = isObject(newTarget) ? this.unwrap(newTarget) : newTarget;
        const made = this.#called(target, { self: undefined, args, newTarget: asked as object });
        return isObject(made) ? made : {};
      },
      get: (target, key, receiver) => {
        const value = get(target, key, target);
        // The source text is behaviour of its own for those who read parameter names from it.
        if (key === 'toString' && value === Function.prototype.toString) return value.bind(target);
        return receiver === this.#proxies.get(target) ? value : get(target, key, receiver);
      },
    };
  }

  #called(
    target: object,
    { self, args, newTarget }: { self: unknown; args: unknown[]; newTarget: object | undefined },
  ): unknown {
    const run = (given: readonly unknown[]): unknown =>
      newTarget === undefined
        ? apply(target as () => unknown, isObject(self) ? this.unwrap(self) : self, given)
        : construct(target as () => unknown, given, newTarget as () => unknown);
    const held = this.#held.get(target);
    if (held === undefined) return run(args);
    const { crossing, at } = held;
    const raws = args.map((arg) => this.unwrapDeep(arg));
    const seen = raws.map((arg, index) =>
      typeof arg === 'function' ? this.#sides.out(arg, crossing, `${at}.${index}`) : arg,
    );
    const proceed = () => run(seen);
    const { callback } = this.#handler;
    const answer =
      callback === undefined
        ? proceed()
        : callback.call(this.#handler, crossing, { at, args: raws }, proceed);
    return this.#sides.in(answer);
  }
}

function isHanded(value: object): boolean {
  if (typeof value === 'function') return isCallback(value as () => unknown);
  return Array.isArray(value) ? value.length <= mostElements : isPlain(value);
}
