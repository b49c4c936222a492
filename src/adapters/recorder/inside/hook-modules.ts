import { mkdirSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Boundary, Request } from './boundary.ts';
import { exportNames, looksLikeModule } from './export-names.ts';

const door = Symbol.for('autoland.boundary');

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
      const asked = isImport ? boundary.request(specifier, context.parentURL) : undefined;
      if (asked === undefined) return next(specifier, context);
      const resolved = boundary.load(asked, () => next(specifier, context));
      if (!resolved.url.startsWith('file:')) return resolved;
      const url = doors.tryTo(asked, resolved.url, resolved.format);
      return url === undefined ? resolved : { url, shortCircuit: true };
    },
  });
}

class Doors {
  readonly #boundary: Boundary;
  readonly #directory: string;
  readonly #urls = new Map<string, string>();
  readonly #requests: { asked: Request; file: string }[] = [];

  constructor(boundary: Boundary, directory: string) {
    this.#boundary = boundary;
    this.#directory = directory;
    Object.defineProperty(globalThis, door, {
      value: (id: number, exports: unknown) => this.#open(id, exports),
    });
  }

  isDoor(url: string | undefined): boolean {
    return url?.startsWith(pathToFileURL(this.#directory).href) === true;
  }

  /** undefined: it cannot be watched, or its door not be written. */
  tryTo(asked: Request, url: string, format: string | null | undefined): string | undefined {
    try {
      return this.#to(asked, url, format);
    } catch {
      // A full disk must not be what a client fails by.
      return undefined;
    }
  }

  #to(asked: Request, url: string, format: string | null | undefined): string | undefined {
    const known = this.#urls.get(`${asked.specifier} ${url}`);
    if (known !== undefined) return known;
    const kind = kindOf(url, format);
    if (kind === undefined) return undefined;
    const id = this.#requests.push({ asked, file: fileURLToPath(url) }) - 1;
    const text = kind === 'module' ? moduleText(id, url) : commonJsText(id, fileURLToPath(url));
    const file = join(this.#directory, `${process.pid}-${id}.${kind === 'module' ? 'mjs' : 'cjs'}`);
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(file, text);
    const made = pathToFileURL(file).href;
    this.#urls.set(`${asked.specifier} ${url}`, made);
    return made;
  }

  #open(id: number, exports: unknown): unknown {
    const request = this.#requests[id];
    if (request === undefined) return exports;
    this.#boundary.loaded(request.asked, request.file);
    return this.#boundary.exposeNames(request.asked, exports);
  }
}

function kindOf(url: string, format: string | null | undefined): 'module' | 'commonjs' | undefined {
  if (format === 'module' || format === 'commonjs') return format;
  if (format !== undefined && format !== null) return undefined;
  if (/\.mjs(?:\?|$)/.test(url)) return 'module';
  if (/\.cjs(?:\?|$)/.test(url)) return 'commonjs';
  return looksLikeModule(url) ? 'module' : 'commonjs';
}

function moduleText(id: number, url: string): string {
  const from = JSON.stringify(url);
  const names = [...exportNames(url)];
  return [
    `import * as real from ${from};`,
    `export * from ${from};`,
    `const seen = globalThis[Symbol.for('autoland.boundary')](${id}, real);`,
    ...names.map((name, at) => `const _${at} = seen[${JSON.stringify(name)}];`),
    `export { ${names.map((name, at) => `_${at} as ${name}`).join(', ')} };`,
  ].join('\n');
}

/** Node reads the names of the exports from the `require`, which it follows. */
function commonJsText(id: number, file: string): string {
  return [
    `module.exports = require(${JSON.stringify(file)});`,
    `Object.assign(module, { exports: globalThis[Symbol.for('autoland.boundary')](${id}, module.exports) });`,
  ].join('\n');
}
