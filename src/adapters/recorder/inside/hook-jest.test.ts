import { describe, expect, it } from 'vitest';
import { Boundary } from './boundary.ts';
import { hookJest } from './hook-jest.ts';
import { OwnModules } from './own-modules.ts';

type Registry = Map<string, { readonly exports: unknown }>;

const file = '/work/src/price.js';
const total = (n: number) => n * 2;

/** As far as it matters: a mock does not come by `requireModule`, and names may be mapped to files. */
function jestRuntime(since30: boolean) {
  return class {
    readonly #registry: Registry = new Map();
    readonly _isolatedModuleRegistry = since30 ? undefined : null;
    readonly _moduleRegistry = since30 ? undefined : this.#registry;
    readonly registries = since30 ? { getActiveCjsRegistry: () => this.#registry } : undefined;

    requireModule(_from: string, name: string): unknown {
      const path = name === '@/price' ? file : `/work/src/${name}.js`;
      const known = this.#registry.get(path) ?? { exports: { total } };
      this.#registry.set(path, known);
      return known.exports;
    }

    requireModuleOrMock(from: string, name: string): unknown {
      return name === 'mocked' ? { total } : this.requireModule(from, name);
    }
  };
}

describe.each([
  ['before version 30', false],
  ['since version 30', true],
])('hookJest, %s', (_name, since30) => {
  const told: string[] = [];
  const handler = {
    call: ({ path }: { path: string }, proceed: () => unknown) => {
      told.push(path);
      return proceed();
    },
    read: (_crossing: unknown, value: unknown) => value,
  };
  const own = new OwnModules({ root: '/work', paths: ['src/price.js'] }, '/records');
  const Runtime = jestRuntime(since30);
  hookJest(new Boundary([], handler, own), { default: Runtime });
  const runtime = new Runtime();
  const load = (from: string, name: string) =>
    runtime.requireModuleOrMock(from, name) as { total: typeof total };

  it('stands before a file, whatever it is asked for by', () => {
    expect(load('/work/test/a.js', '@/price').total(2)).toBe(4);
    expect(told.splice(0)).toEqual(['src/price.js.total']);
  });

  it.each([
    ['a mock', '/work/test/a.js', 'mocked'],
    ['another file', '/work/test/a.js', 'other'],
    ['what a watched file asks for', file, '@/price'],
  ])('lets %s be', (_what, from, name) => {
    expect(load(from, name).total).toBe(total);
    expect(told).toEqual([]);
  });
});
