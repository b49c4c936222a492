import { Module } from 'node:module';
import type { Boundary } from './boundary.ts';
import { hookJest } from './hook-jest.ts';

type Parent = { readonly filename?: string | null } | null | undefined;
type Internals = {
  _load(request: string, parent: Parent, isMain: boolean): unknown;
  _resolveFilename(request: string, parent: Parent, isMain: boolean): string;
};

/** `require`: whoever asks gets the exports by way of the boundary; the module cache holds them as they are. */
export function hookCommonJs(boundary: Boundary): void {
  const internals = Module as unknown as Internals;
  const load = internals._load;
  const hooked = new WeakSet<object>();
  internals._load = function (this: unknown, request, parent, isMain) {
    const asker = parent?.filename ?? undefined;
    const asked =
      boundary.request(request, asker) ??
      boundary.requestOwn(request, asker, () => fileOf(internals, request, parent));
    if (asked === undefined) {
      const other = load.call(this, request, parent, isMain);
      if (isJest(request, other) && !hooked.has(other)) {
        hooked.add(other);
        hookJest(boundary, other);
      }
      return other;
    }
    const exports = boundary.load(asked, () => load.call(this, request, parent, isMain));
    boundary.loaded(asked, fileOf(internals, request, parent));
    return boundary.expose(asked, exports);
  };
}

function fileOf(internals: Internals, request: string, parent: Parent): string | undefined {
  try {
    return internals._resolveFilename(request, parent, false);
  } catch {
    return undefined;
  }
}

function isJest(request: unknown, exports: unknown): exports is object {
  if (typeof request !== 'string' || !request.includes('jest-runtime')) return false;
  return typeof exports === 'object' && exports !== null;
}
