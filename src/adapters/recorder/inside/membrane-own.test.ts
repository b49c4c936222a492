import { describe, expect, it } from 'vitest';
import type { Crossing, Handler } from './handler.ts';
import { Membrane } from './membrane.ts';

class Telling implements Handler {
  readonly told: string[] = [];

  call({ path, kind }: Crossing, proceed: () => unknown): unknown {
    this.told.push(`${kind} ${path}`);
    return proceed();
  }

  read({ path }: Crossing, value: unknown): unknown {
    if (typeof value !== 'function') this.told.push(`read ${path}`);
    return value;
  }

  callback({ path }: Crossing, { at }: { at: string }, proceed: () => unknown): unknown {
    this.told.push(`callback ${path} ${at}`);
    return proceed();
  }

  answered({ path }: Crossing, instance: object): void {
    this.told.push(`answered ${path} ${Object.keys(instance).join()}`);
  }

  argumentRead(): void {
    this.told.push('reads');
  }
}

function clientOf<T>(exports: T): { lib: T; told: string[] } {
  const handler = new Telling();
  return { lib: new Membrane(handler, 'module').exports('lib', 'lib', exports) as T, told: handler.told };
}

/** Another file of the project, which nobody watches. */
const shelf = new Set<unknown>();

class Box {
  readonly label = 'box';
  #size: number;
  constructor(size: number) {
    this.#size = size;
    shelf.add(this);
  }
  get size(): number {
    return this.twice() / 2;
  }
  twice(): number {
    return this.#size * 2;
  }
  grow(): this {
    this.#size += 1;
    return this;
  }
  static sizeOf(box: Box): number {
    return box.#size;
  }
}

describe('Membrane of a file of the project', () => {
  it('tells calls of instances, which stay the same for everybody', () => {
    const { lib, told } = clientOf({ Box });
    const box = new lib.Box(1);
    expect(shelf.has(box)).toBe(true);
    expect(box.grow()).toBe(box);
    expect(Box.sizeOf(box)).toBe(2);
    expect(box.size).toBe(2);
    expect(box).toBeInstanceOf(lib.Box);
    expect(told).toEqual([
      'construct lib.Box',
      'answered lib.Box label',
      'call lib.Box().grow',
      'answered lib.Box().grow label',
      'read lib.Box().size',
    ]);
  });

  it('tells nothing of instances that no client was given, nor of what they do among themselves', () => {
    class Cart {
      add(): number {
        return this.count() + 1;
      }
      count(): number {
        return 1;
      }
    }
    const own = new Cart();
    const { lib, told } = clientOf({ make: () => new Cart(), all: () => [new Cart()] });
    expect(lib.make().add()).toBe(2);
    expect(lib.all()[0]?.count()).toBe(1);
    own.count();
    expect(told).toEqual([
      'call lib.make',
      'answered lib.make ',
      'call lib.make().add',
      'call lib.all',
      'call lib.all()[].count',
    ]);
  });

  it("tells what a client's subclass inherits, and lets that be what it is", () => {
    class Base {
      name(): string {
        return 'base';
      }
    }
    const { lib, told } = clientOf({ Base });
    class Own extends lib.Base {
      override name(): string {
        return `own ${super.name()}`;
      }
    }
    expect(new Own().name()).toBe('own base');
    expect(told).toEqual(['construct lib.Base', 'call lib.Base().name']);
  });

  it('hands over objects as they are, and functions so that their calls are told', () => {
    const seen: unknown[] = [];
    class Keeper {
      readonly run: () => number;
      constructor(run: () => number) {
        this.run = run;
      }
    }
    const { lib, told } = clientOf({
      keep: (value: unknown) => seen.push(value),
      each: (run: (next: () => string) => string) => run(next),
      Keeper,
    });
    const [order, run] = [{ lines: [1] }, () => 1];
    const next = () => 'next';
    lib.keep(order);
    expect(seen[0]).toBe(order);
    expect(lib.each((given) => String(given === next))).toBe('true');
    // An instance may keep it where others find it.
    expect(new lib.Keeper(run).run).toBe(run);
    expect(told).toContain('callback lib.each 0');
    expect(told).not.toContain('reads');
  });

  it("gives a client's own objects back as they came", () => {
    class Order {
      total = 1;
    }
    const order = new Order();
    const { lib, told } = clientOf({
      save: (one: Order) => one,
      first: ({ orders }: { orders: Order[] }) => orders[0],
      within: (make: () => Order) => make(),
      chain(this: unknown) {
        return this;
      },
    });
    expect(lib.save(order)).toBe(order);
    expect(lib.first({ orders: [order] })).toBe(order);
    expect(lib.within(() => order)).toBe(order);
    const mixed = Object.assign(() => 1, { chain: lib.chain });
    expect(mixed.chain()).toBe(mixed);
    expect(told.filter((each) => each.startsWith('answered'))).toEqual([]);
  });

  it('tells calls of what is answered for its functions, and nothing of data', () => {
    const app = Object.assign(() => 1, { get: () => 2 });
    const { lib, told } = clientOf({
      store: () => ({ get: () => 1, settings: { run: () => 1, app } }),
      add: (a: number) => (b: number) => a + b,
      app: () => app,
    });
    const store = lib.store();
    expect(store.get() + lib.add(1)(2)).toBe(4);
    expect(store.settings.app).toBe(app);
    // What can be called and has methods hands out itself.
    expect(lib.app()).toBe(app);
    expect(told).toEqual([
      'call lib.store',
      'call lib.store().get',
      'call lib.add',
      'call lib.add()',
      'read lib.store().settings',
      'call lib.app',
    ]);
  });

  it('tells calls of an instance that is the export itself, or one of several', () => {
    const registry = () =>
      new (class Registry {
        add(): number {
          return 1;
        }
      })();
    const whole = clientOf(registry());
    whole.lib.add();
    expect(whole.told).toEqual(['call lib.add']);
    const one = clientOf({ registry: registry() });
    one.lib.registry.add();
    expect(one.told).toEqual(['read lib.registry', 'call lib.registry.add']);
  });

  it('leaves a mock of a method alone', () => {
    class Cart {
      add(): number {
        return 1;
      }
    }
    const mock = Object.assign(() => 2, { mockRestore: () => undefined });
    Cart.prototype.add = mock;
    const { lib, told } = clientOf({ Cart });
    const cart = new lib.Cart();
    expect(cart.add()).toBe(2);
    expect(cart.add).toBe(mock);
    expect(told).toEqual(['construct lib.Cart', 'answered lib.Cart ']);
  });

  it('leaves objects of the platform alone', () => {
    const { lib } = clientOf({
      url: () => new URL('http://localhost/'),
      date: () => new Date(0),
      map: () => new Map(),
    });
    expect(lib.url().pathname).toBe('/');
    expect(lib.date().getTime() + lib.map().size).toBe(0);
    expect(Object.getOwnPropertyDescriptor(URL.prototype, 'pathname')?.get?.toString()).toContain('pathname');
  });
});

describe('a prototype of what a client makes', () => {
  it.each(['package', 'module'] as const)('runs for that object: %s', (callee) => {
    const proto = {
      get method(): unknown {
        return (this as { own?: unknown }).own;
      },
      set method(value: unknown) {
        (this as { own?: unknown }).own = value;
      },
      ask(): unknown {
        return (this as { own?: unknown }).own;
      },
    };
    const shared = new Membrane(new Telling(), callee).exports('lib', 'lib', proto) as typeof proto;
    const heir = Object.create(shared) as typeof proto;
    heir.method = 'mine';
    expect(heir.method).toBe('mine');
    expect(heir.ask()).toBe('mine');
    expect(Object.hasOwn(proto, 'own')).toBe(false);
  });
});
