import { readFileSync } from 'node:fs';
import type { Handler } from './handler.ts';
import { isObject } from './kinds.ts';
import { Membrane } from './membrane.ts';
import { OwnModules } from './own-modules.ts';
import { packageDirectory, packageNamed, packageOf } from './packages.ts';

/** A request for a watched package, or a watched file of the project, from outside of those that are watched. */
export type Request = {
  readonly package: string;
  /** A file of the project: `package` and `specifier` are its path. */
  readonly isOwn: boolean;
  readonly specifier: string;
  /** The package of the file that asks; undefined: the project. */
  readonly by: string | undefined;
};

/** Which loads cross from a client to a watched package, and what the client gets of them. */
export class Boundary {
  readonly #watched: ReadonlySet<string>;
  readonly #handler: Handler;
  readonly #membrane: Membrane;
  readonly #own: OwnModules;
  readonly #ownMembrane: Membrane;
  readonly #told = new Set<string>();

  constructor(packages: readonly string[], handler: Handler, own = new OwnModules(undefined, '')) {
    this.#watched = new Set(packages);
    this.#handler = handler;
    this.#membrane = new Membrane(handler);
    this.#own = own;
    this.#ownMembrane = new Membrane(handler, 'module');
  }

  /** `asker`: path or URL of the file. Packages that change together meet inside the boundary, not at it. */
  request(specifier: unknown, asker: string | undefined): Request | undefined {
    if (typeof specifier !== 'string') return undefined;
    // Runners ask for files by their address.
    const bare = packageNamed(specifier);
    const name = bare ?? (specifier.includes('node_modules') ? packageOf(specifier) : undefined);
    if (name === undefined || !this.#watched.has(name)) return undefined;
    const by = packageOf(asker);
    if (by !== undefined && this.#watched.has(by)) return undefined;
    const isRunner = bare === undefined && by !== undefined && runners.test(by);
    return {
      package: name,
      isOwn: false,
      // The name of a package may end like that of a file.
      specifier: bare === undefined || specifier === name ? name : plain(specifier),
      by: isRunner ? undefined : by,
    };
  }

  get watchesOwn(): boolean {
    return !this.#own.isEmpty;
  }

  /** The same for a file of the project, whatever it is asked for by. `found`: what the request is resolved to. */
  requestOwn(
    specifier: unknown,
    asker: string | undefined,
    found: () => string | undefined,
  ): Request | undefined {
    const path = this.#own.asked({ specifier, asker }, found);
    return path === undefined ? undefined : { package: path, specifier: path, isOwn: true, by: undefined };
  }

  /** Each watched file of the project. */
  ownFiles(): readonly string[] {
    return this.#own.files();
  }

  load<Loaded>(request: Request, proceed: () => Loaded): Loaded {
    return this.#handler.loading === undefined ? proceed() : this.#handler.loading(request.package, proceed);
  }

  /** `file`: where the package was found, if that is known. */
  loaded(request: Request, file: string | undefined): void {
    const key = `${request.specifier} ${request.by ?? ''}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const { package: name, by } = request;
    this.#handler.loaded?.({ package: name, by, version: versionOf(file, name) });
  }

  expose(request: Request, exports: unknown): unknown {
    return this.#membraneOf(request, exports).exports(request.package, request.specifier, exports);
  }

  /** For `import`, where the module loader reads every name. */
  exposeNames(request: Request, exports: unknown): unknown {
    return this.#membraneOf(request, exports).imports(request.package, request.specifier, exports);
  }

  #membraneOf({ package: name, isOwn }: Request, exports: unknown): Membrane {
    if (!isOwn) return this.#membrane;
    if (isObject(exports)) this.#handler.exposed?.(name, exports);
    return this.#ownMembrane;
  }
}

/** These load by its address what a file of the project asks for by name. */
const runners = /^(?:vitest|vite|vite-node|tsx|@vitest\/.*)$/;

/** `lodash/merge.js` and `lodash/merge` are one to a client. */
const plain = (specifier: string) => specifier.replace(/\.[cm]?js$/, '');

function versionOf(file: string | undefined, name: string): string | undefined {
  const directory = file === undefined ? undefined : packageDirectory(file, name);
  if (directory === undefined) return undefined;
  try {
    const manifest: unknown = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'));
    const version = (manifest as { version?: unknown } | null)?.version;
    return typeof version === 'string' ? version.slice(0, 100) : undefined;
  } catch {
    return undefined;
  }
}
