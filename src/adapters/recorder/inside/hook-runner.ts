import type { Boundary } from './boundary.ts';
import { isObject, ownValue } from './kinds.ts';

/** What both runners name the same: a module that is evaluated, for the last one of `callstack`. */
type Request = (
  this: unknown,
  url: string,
  node: unknown,
  callstack?: readonly string[],
  ...rest: readonly unknown[]
) => Promise<unknown>;

/** Where vitest has its runner from: since version 4 from vite, before from a package of its own. */
export const isRunner = (url: string) =>
  /\/node_modules\/(?:vite\/dist\/node\/module-runner\.js|vite-node\/dist\/client\.mjs)$/.test(url);

/** vitest evaluates files of the project by itself, past `import`. `exports`: of the module that has its runner. */
export function hookRunner(boundary: Boundary, exports: unknown): void {
  for (const name of ['ModuleRunner', 'ViteNodeRunner']) {
    const runner = isObject(exports) ? ownValue(exports, name) : undefined;
    const prototype = isObject(runner) ? ownValue(runner, 'prototype') : undefined;
    const original = isObject(prototype) ? ownValue(prototype, 'cachedRequest') : undefined;
    if (!isObject(prototype) || typeof original !== 'function') continue;
    const request = original as Request;
    const hooked: Request = async function (url, node, callstack, ...rest) {
      const exported = await request.call(this, url, node, callstack, ...rest);
      const asked = boundary.requestOwn(url, callstack?.at(-1), () => fileOf(node));
      if (asked === undefined) return exported;
      boundary.loaded(asked, undefined);
      return boundary.expose(asked, exported);
    };
    Object.defineProperty(prototype, 'cachedRequest', { value: hooked, configurable: true, writable: true });
  }
}

/** vite-node hands over the file itself. */
function fileOf(node: unknown): string | undefined {
  if (typeof node === 'string') return node;
  const file = isObject(node) ? ownValue(node, 'file') : undefined;
  return typeof file === 'string' ? file : undefined;
}
