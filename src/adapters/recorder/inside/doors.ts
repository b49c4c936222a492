import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Boundary, Request } from './boundary.ts';
import { exportNames, looksLikeModule, steadyNames } from './export-names.ts';

type Opening = (exports: unknown) => unknown;

const door = Symbol.for('autoland.boundary');

/** Small files that hand on what they find by way of the boundary. */
export class Doors {
  readonly #boundary: Boundary;
  readonly #directory: string;
  readonly #urls = new Map<string, string>();
  readonly #openings: Opening[] = [];

  constructor(boundary: Boundary, directory: string) {
    this.#boundary = boundary;
    this.#directory = directory;
    Object.defineProperty(globalThis, door, {
      value: (id: number, exports: unknown) => this.#openings[id]?.(exports) ?? exports,
    });
  }

  isDoor(url: string | undefined): boolean {
    return url?.startsWith(pathToFileURL(this.#directory).href) === true;
  }

  /** undefined: it cannot be watched, or its door not be written. */
  tryTo(asked: Request, url: string, format: string | null | undefined): string | undefined {
    const kind = kindOf(url, format);
    if (kind === undefined) return undefined;
    const open: Opening = (exports) => {
      this.#boundary.loaded(asked, fileURLToPath(url));
      return this.#boundary.exposeNames(asked, exports);
    };
    return this.#once(`${asked.specifier} ${url}`, kind, open, (id) => {
      if (kind === 'commonjs') return commonJsText(id, fileURLToPath(url));
      return moduleText(id, url, asked.isOwn ? steadyNames(url) : exportNames(url));
    });
  }

  /** To a module that clients get as it is, after `look` has been at it. */
  tryPast(url: string, look: (exports: unknown) => void): string | undefined {
    const open: Opening = (exports) => {
      look(exports);
      return exports;
    };
    return this.#once(`past ${url}`, 'module', open, (id) => moduleText(id, url, new Set()));
  }

  #once(
    key: string,
    kind: 'module' | 'commonjs',
    open: Opening,
    text: (id: number) => string,
  ): string | undefined {
    const known = this.#urls.get(key);
    if (known !== undefined) return known;
    try {
      const id = this.#openings.push(open) - 1;
      const file = join(this.#directory, `${process.pid}-${id}.${kind === 'module' ? 'mjs' : 'cjs'}`);
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(file, text(id));
      const made = pathToFileURL(file).href;
      this.#urls.set(key, made);
      return made;
    } catch {
      // A full disk must not be what a client fails by.
      return undefined;
    }
  }
}

function kindOf(url: string, format: string | null | undefined): 'module' | 'commonjs' | undefined {
  const plain = format?.replace(/-typescript$/, '');
  if (plain === 'module' || plain === 'commonjs') return plain;
  if (format !== undefined && format !== null) return undefined;
  if (/\.m[jt]s(?:\?|$)/.test(url)) return 'module';
  if (/\.c[jt]s(?:\?|$)/.test(url)) return 'commonjs';
  return looksLikeModule(url) ? 'module' : 'commonjs';
}

function moduleText(id: number, url: string, exported: ReadonlySet<string>): string {
  const from = JSON.stringify(url);
  const names = [...exported];
  return [
    `import * as real from ${from};`,
    `export * from ${from};`,
    // Another realm has no boundary: there it is as it is.
    `const seen = globalThis[Symbol.for('autoland.boundary')]?.(${id}, real) ?? real;`,
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
