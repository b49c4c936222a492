import type { Boundary } from './boundary.ts';
import { isObject, ownValue } from './kinds.ts';

type Require = (this: unknown, from: string, name: unknown, ...rest: readonly unknown[]) => unknown;
type Registry = { get(file: string): { readonly exports?: unknown } | undefined };

/** Jest loads what its tests ask for by a `require` of its own, which Node's does not see. `exports`: of `jest-runtime`. */
export function hookJest(boundary: Boundary, exports: unknown): void {
  const runtime = isObject(exports) ? (exports as { default?: unknown }).default : undefined;
  const prototype = isObject(runtime) ? ownValue(runtime, 'prototype') : undefined;
  if (!isObject(prototype)) return;
  replace(prototype, 'requireModuleOrMock', (load) => {
    return function (from, name, ...rest) {
      const asked = boundary.request(name, from);
      if (asked === undefined) return load.call(this, from, name, ...rest);
      const loaded = boundary.load(asked, () => load.call(this, from, name, ...rest));
      boundary.loaded(asked, undefined);
      return boundary.expose(asked, loaded);
    };
  });
  // Only what is no mock comes by here.
  replace(prototype, 'requireModule', (load) => {
    return function (from, name, ...rest) {
      const loaded = load.call(this, from, name, ...rest);
      const asked = boundary.requestOwn(name, from, () => fileOf(boundary.ownFiles(), loaded, this));
      if (asked === undefined) return loaded;
      boundary.loaded(asked, undefined);
      return boundary.expose(asked, loaded);
    };
  });
}

function replace(prototype: object, name: string, by: (load: Require) => Require): void {
  const original = ownValue(prototype, name);
  if (typeof original !== 'function') return;
  const value = by(original as Require);
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

/** Names may be mapped: of which file something is, the registry of those that were loaded tells. */
function fileOf(files: readonly string[], exports: unknown, runtime: unknown): string | undefined {
  if (!isObject(exports)) return undefined;
  const loaded = registryOf(runtime as Runtime);
  return files.find((file) => loaded?.get(file)?.exports === exports);
}

type Runtime = {
  readonly _isolatedModuleRegistry?: Registry | null;
  readonly _moduleRegistry?: Registry;
  readonly registries?: { getActiveCjsRegistry?(): Registry };
};

/** Before jest 30, and since. */
function registryOf(runtime: Runtime): Registry | undefined {
  const { _isolatedModuleRegistry: isolated, _moduleRegistry: usual, registries } = runtime;
  const found = isolated ?? usual ?? registries?.getActiveCjsRegistry?.();
  return typeof found?.get === 'function' ? found : undefined;
}
