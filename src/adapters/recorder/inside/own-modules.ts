import { fileURLToPath } from 'node:url';
import { packageOf } from './packages.ts';

/** Files of the project that are watched. */
export type WatchedModules = {
  /** Where the project stands. */
  readonly root: string;
  /** Relative to the root. */
  readonly paths: readonly string[];
};

type Asked = {
  readonly specifier: unknown;
  /** Path or URL of the file that asks; undefined: nobody does, such as for what a process is started with. */
  readonly asker: string | undefined;
};

/** Which loads cross from a client to one of those files. */
export class OwnModules {
  readonly #root: string;
  readonly #paths: ReadonlySet<string>;
  readonly #records: string;
  readonly #mark: string;

  /** `records`: files below it are not clients, but stand in the way to one. `mark`: before each path that `asked` answers. */
  constructor(modules: WatchedModules | undefined, records: string, mark = '') {
    this.#mark = mark;
    this.#root = modules?.root ?? '';
    this.#paths = new Set(modules?.paths);
    this.#records = records;
  }

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  /** The path of the module that is asked for from outside of those that are watched. `found`: its file, if there is one. */
  asked({ specifier, asker }: Asked, found: () => string | undefined): string | undefined {
    if (this.isEmpty || asker === undefined || typeof specifier !== 'string') return undefined;
    const from = fileOf(asker);
    // Runners ask for files by their address; other packages cannot mean a file of the project.
    if (packageOf(from) !== undefined && !isAddress(specifier)) return undefined;
    if (from.startsWith(`${this.#records}/`) || this.path(from) !== undefined) return undefined;
    const file = found();
    const path = file === undefined ? undefined : this.path(file);
    return path === undefined ? undefined : `${this.#mark}${path}`;
  }

  /** The watched module that a file is. */
  path(file: string): string | undefined {
    const path = fileOf(file);
    if (!path.startsWith(`${this.#root}/`)) return undefined;
    const relative = path.slice(this.#root.length + 1);
    return this.#paths.has(relative) ? relative : undefined;
  }

  /** Of all watched modules, where they are. */
  files(): readonly string[] {
    return [...this.#paths].map((path) => `${this.#root}/${path}`);
  }
}

const isAddress = (specifier: string) => /^(?:\/|file:)/.test(specifier);

/** Runners write addresses of many kinds, with queries of their own. */
function fileOf(address: string): string {
  if (address.startsWith('file:')) {
    try {
      return fileURLToPath(address);
    } catch {
      return address;
    }
  }
  return address.replace(/^\/@fs\//, '/').replace(/[?#].*$/, '');
}
