import type { Boundary } from './boundary.ts';
import { isObject, ownValue } from './kinds.ts';

type Require = (this: unknown, from: string, name: unknown) => unknown;

/** Jest loads what its tests ask for by a `require` of its own, which Node's does not see. `exports`: of `jest-runtime`. */
export function hookJest(boundary: Boundary, exports: unknown): void {
  const runtime = isObject(exports) ? (exports as { default?: unknown }).default : undefined;
  const prototype = isObject(runtime) ? ownValue(runtime, 'prototype') : undefined;
  const original = isObject(prototype) ? ownValue(prototype, 'requireModuleOrMock') : undefined;
  if (!isObject(prototype) || typeof original !== 'function') return;
  const load = original as Require;
  const hooked: Require = function (from, name) {
    const asked = boundary.request(name, from);
    if (asked === undefined) return load.call(this, from, name);
    const loaded = boundary.load(asked, () => load.call(this, from, name));
    boundary.loaded(asked, undefined);
    return boundary.expose(asked, loaded);
  };
  Object.defineProperty(prototype, 'requireModuleOrMock', {
    value: hooked,
    configurable: true,
    writable: true,
  });
}
