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

  callback(
    { path }: Crossing,
    { at, args }: { at: string; args: readonly unknown[] },
    proceed: () => unknown,
  ): unknown {
    this.told.push(`callback ${path} ${at} ${JSON.stringify(args)}`);
    return proceed();
  }

  argumentRead({ path }: Crossing, at: string): void {
    this.told.push(`reads ${path} ${at}`);
  }
}

function clientOf<T>(exports: T): { lib: T; told: string[] } {
  const handler = new Telling();
  return { lib: new Membrane(handler).exports('lib', 'lib', exports) as T, told: handler.told };
}

class Box {
  #size: number;
  constructor(size: number) {
    this.#size = size;
  }
  get size(): number {
    return this.#size;
  }
  grow(): this {
    this.#size += 1;
    return this;
  }
  same(other: Box): boolean {
    return #size in other && other.#size === this.#size;
  }
  *[Symbol.iterator]() {
    yield this.#size;
  }
}

describe('Membrane', () => {
  it('leaves classes what they are', () => {
    const { lib, told } = clientOf({ Box });
    const box = new lib.Box(1);
    expect(box).toBeInstanceOf(lib.Box);
    expect(box.constructor).toBe(lib.Box);
    expect(box.grow()).toBe(box);
    expect([...box]).toEqual([2]);
    expect(box.same(new lib.Box(2))).toBe(true);
    class Own extends lib.Box {
      name = 'own';
    }
    expect(new Own(3).grow().size).toBe(4);
    expect(told).toContain('construct lib.Box');
    expect(told).toContain('call lib.Box().grow');
  });

  it('sees through call, apply and bind', () => {
    const { lib, told } = clientOf({ add: (a: number, b: number) => a + b });
    expect(lib.add.call(null, 1, 2) + lib.add.bind(null, 1)(2)).toBe(6);
    expect(told.filter((each) => each.startsWith('call '))).toEqual(['call lib.add', 'call lib.add']);
  });

  it("gives the client's own objects back as they came", () => {
    const kept = new Map<string, unknown>();
    const { lib } = clientOf({
      set: (key: string, value: unknown) => kept.set(key, value) && undefined,
      get: (key: string) => kept.get(key),
      both: (value: unknown) => ({ list: [value, { value }] }),
    });
    const [own, run] = [{ a: 1 }, () => 1];
    lib.set('own', own);
    lib.set('run', run);
    expect(lib.get('own')).toBe(own);
    expect(lib.get('run')).toBe(run);
    const { list } = lib.both(own) as { list: [unknown, { value: unknown }] };
    expect(list[0]).toBe(own);
    expect(list[1].value).toBe(own);
  });

  it('hands the package its own values, and classes by identity', () => {
    const { lib } = clientOf({
      Box,
      holds: (options: { box: Box; type: unknown }) =>
        options.box.same(options.box) && options.type === String,
    });
    expect(lib.holds({ box: new lib.Box(1), type: String })).toBe(true);
  });

  it('tells callbacks and reads of arguments', () => {
    const { lib, told } = clientOf({
      run: (options: { times: number; done: (n: number) => void }) => options.done(options.times),
    });
    lib.run({ times: 2, done: () => undefined });
    expect(told).toEqual([
      'call lib.run',
      'reads lib.run 0.done',
      'reads lib.run 0.times',
      'callback lib.run 0.done [2]',
    ]);
  });

  it.each<[string, object]>([
    ['frozen', Object.freeze({ f: () => 1 })],
    ['of getters', Object.defineProperty({}, 'f', { get: () => () => 1, enumerable: true })],
    ['of fixed values', Object.defineProperty({}, 'f', { value: () => 1, enumerable: true })],
    ['one function', Object.assign(() => 1, { f: () => 1 })],
    ['without a prototype', Object.assign(Object.create(null), { f: () => 1 })],
  ])('stands before exports that are %s', (_name, exports) => {
    const { lib } = clientOf(exports as { f(): number });
    expect(lib.f()).toBe(1);
    expect(Object.keys(lib)).toContain('f');
  });

  it('lets a client put its own in the place of an export, and take it out again', () => {
    const { lib, told } = clientOf({ f: (): number => 1 });
    const original = lib.f;
    const stub = () => 2;
    lib.f = stub;
    expect(lib.f).toBe(stub);
    lib.f = original;
    expect(lib.f).toBe(original);
    expect(lib.f()).toBe(1);
    expect(told).toContain('call lib.f');
  });

  it('keeps a promise what it is', async () => {
    const { lib } = clientOf({ ok: async () => new Box(1), no: () => Promise.reject(new RangeError('no')) });
    const promise = lib.ok();
    expect(promise).toBeInstanceOf(Promise);
    expect((await promise).size).toBe(1);
    await expect(lib.no()).rejects.toThrow(RangeError);
  });

  it('answers what the handler answers', async () => {
    const handler: Handler = {
      call: () => undefined,
      read: () => 'changed',
      settle: () => 'changed',
    };
    const lib = new Membrane(handler).exports('lib', 'lib', { f: () => 1, value: 'x' });
    expect((lib as { value: string }).value).toBe('changed');
    const settling = new Membrane({
      ...handler,
      read: (_at, value) => value,
      call: (_at, proceed) => proceed(),
    });
    const slow = settling.exports('lib', 'lib', { f: async () => 1 }) as { f(): Promise<unknown> };
    expect(await slow.f()).toBe('changed');
  });
});
