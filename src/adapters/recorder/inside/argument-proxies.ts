import type { Crossing, Handler } from './handler.ts';
import { isCallback, isObject, isPlain } from './kinds.ts';

type Sides = {
  /** Takes the package's own values out of the client's proxies. */
  in(value: unknown): unknown;
  /** Makes what the client gets of a value of the package. */
  out(value: unknown, crossing: Crossing, at: string): unknown;
  /** Runs what is the client's. */
  outside<Answer>(run: () => Answer): Answer;
};

/**
 * What is called. A file of the project hands on what it gets to files that are not watched, to which a proxy of an object
 * would be another object: of its arguments only functions stand behind one, and not those that an instance may keep.
 */
export type Callee = 'package' | 'module';

type Held = { crossing: Crossing; at: string };

const { apply, construct, get, getOwnPropertyDescriptor, ownKeys, set } = Reflect;
const mostNodes = 5000;
const mostElements = 10_000;
const mostHeld = 100;

/**
 * The other half of the membrane: what a client hands to a package. Which properties of it are read, and how its functions
 * are called, is as much behaviour as what comes back.
 */
export class ArgumentProxies {
  readonly #handler: Handler;
  readonly #sides: Sides;
  readonly #callee: Callee;
  readonly #proxies = new WeakMap<object, object>();
  readonly #raw = new WeakMap<object, object>();
  /** Of a client's object: who passed it last. */
  readonly #held = new WeakMap<object, Held>();

  constructor(handler: Handler, sides: Sides, callee: Callee) {
    this.#handler = handler;
    this.#sides = sides;
    this.#callee = callee;
  }

  hand(crossing: Crossing, args: readonly unknown[]): unknown[] {
    if (this.#handler.callback === undefined && this.#handler.argumentRead === undefined) return [...args];
    return args.map((arg, index) => this.#wrap(arg, { crossing, at: String(index) }));
  }

  /** A client's object on which a method is called. */
  lend(crossing: Crossing, self: object): void {
    this.#held.set(self, { crossing, at: 'this' });
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
    // A value of the package itself comes home as it is.
    if (value !== given) return value;
    if (this.#callee === 'module' && (typeof value !== 'function' || held.crossing.kind === 'construct'))
      return this.#hold(value, held);
    if (!isHanded(value)) return value;
    this.#held.set(value, held);
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    const proxy = new Proxy(value, typeof value === 'function' ? this.#callable() : this.#readable());
    this.#proxies.set(value, proxy);
    this.#raw.set(proxy, value);
    return proxy;
  }

  /** It goes back as it came, and so does what is in it. */
  #hold(value: object, held: Held): object {
    this.#held.set(value, held);
    if (!(Array.isArray(value) || isPlain(value))) return value;
    for (const key of ownKeys(value).slice(0, mostHeld)) {
      const own: unknown = getOwnPropertyDescriptor(value, key)?.value;
      if (isObject(own)) this.#held.set(own, held);
    }
    return value;
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
    // A file of the project may hand on a function of other files.
    const isSeen = (arg: unknown) => typeof arg === 'function' && this.#callee === 'package';
    const seen = raws.map((arg, index) =>
      isSeen(arg) ? this.#sides.out(arg, crossing, `${at}.${index}`) : arg,
    );
    const proceed = () => this.#sides.outside(() => run(seen));
    const { callback } = this.#handler;
    const answer =
      callback === undefined
        ? proceed()
        : callback.call(this.#handler, crossing, { at, args: raws }, proceed);
    const given = this.#sides.in(answer);
    if (this.#callee === 'module' && isObject(given) && given === answer) this.#hold(given, held);
    return given;
  }
}

function isHanded(value: object): boolean {
  if (typeof value === 'function') return isCallback(value as () => unknown);
  return Array.isArray(value) ? value.length <= mostElements : isPlain(value);
}
