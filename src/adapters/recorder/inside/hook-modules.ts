import { registerHooks } from 'node:module';
import type { Boundary } from './boundary.ts';
import { Doors } from './doors.ts';
import { hookRunner, isRunner } from './hook-runner.ts';

/**
 * `import`: whoever asks gets a small file instead, which hands on what it finds by way of the boundary. A file, because a
 * hook on loading would change how Node loads everything else.
 */
export function hookModules(boundary: Boundary, directory: string): void {
  if (typeof registerHooks !== 'function') return;
  const doors = new Doors(boundary, directory);
  registerHooks({
    resolve(specifier, context, next) {
      // For `require` Node 22 hands over a Set, whatever its types say.
      const isImport = [...context.conditions].includes('import') && !doors.isDoor(context.parentURL);
      if (!isImport) return next(specifier, context);
      const asked = boundary.request(specifier, context.parentURL);
      const find = () => next(specifier, context);
      const resolved = asked === undefined ? find() : boundary.load(asked, find);
      if (!resolved.url.startsWith('file:')) return resolved;
      const through = asked ?? boundary.requestOwn(specifier, context.parentURL, () => resolved.url);
      const url =
        through === undefined ? past(resolved.url) : doors.tryTo(through, resolved.url, resolved.format);
      return url === undefined ? resolved : { url, shortCircuit: true };
    },
  });

  function past(url: string): string | undefined {
    if (!boundary.watchesOwn || !isRunner(url)) return undefined;
    return doors.tryPast(url, (exports) => hookRunner(boundary, exports));
  }
}
