import { Module } from 'node:module';
import type { Boundary } from './boundary.ts';

type Parent = { readonly filename?: string | null } | null | undefined;
type Internals = {
  _load(request: string, parent: Parent, isMain: boolean): unknown;
  _resolveFilename(request: string, parent: Parent, isMain: boolean): string;
};

/** `require`: whoever asks gets the exports by way of the boundary; the module cache holds them as they are. */
export function hookCommonJs(boundary: Boundary): void {
  const internals = Module as unknown as Internals;
  const load = internals._load;
  internals._load = function (this: unknown, request, parent, isMain) {
    const asked = boundary.request(request, parent?.filename ?? undefined);
    if (asked === undefined) return load.call(this, request, parent, isMain);
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
