import { dirname, join } from 'node:path/posix';
import { parseSync } from 'oxc-parser';
import { commonNames, type Names } from './common-names.ts';

const maxFiles = 300;

/** Reads the names that code exports, through the files of its package that it passes on. Nothing is run. */
export class CodeNames {
  readonly #files: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Names>();

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files;
  }

  /** DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only. */
  of(path: string): Names {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    if (this.#known.size >= maxFiles) return { names: new Set(), open: true };
    // A cycle adds nothing that its first visitor does not add.
    this.#known.set(path, { names: new Set(), open: false });
    const found = this.#read(path);
    this.#known.set(path, found);
    return found;
  }

  #read(path: string): Names {
    const text = this.#files.get(path);
    if (text === undefined || /\.(json|node|wasm)$/.test(path)) return { names: new Set(), open: true };
    const name = /\.[cm]?[jt]sx?$/.test(path) ? path : 'source.js';
    const asModule = parseSync(name, text, { sourceType: 'module' });
    const isModule = asModule.module.hasModuleSyntax && asModule.errors.length === 0;
    const own = isModule ? esmNames(asModule.module) : commonNames(text);
    const names = new Set(own.names);
    let open = own.open;
    for (const specifier of own.from) {
      const place = this.#place(path, specifier);
      const passed = place === undefined ? undefined : this.of(place);
      for (const each of passed?.names ?? []) if (!isModule || each !== 'default') names.add(each);
      open ||= passed?.open ?? true;
    }
    return { names, open };
  }

  #place(from: string, specifier: string): string | undefined {
    if (!specifier.startsWith('.')) return undefined;
    const path = join(dirname(from), specifier);
    const guesses = [path, `${path}.js`, `${path}.cjs`, `${path}.json`, `${path}/index.js`];
    return guesses.find((each) => this.#files.has(each));
  }
}

type ModuleRecord = ReturnType<typeof parseSync>['module'];

/** `from`: what is passed on as a whole. */
function esmNames(record: ModuleRecord): Names & { readonly from: readonly string[] } {
  const names = new Set<string>();
  const from: string[] = [];
  for (const { exportName, importName, moduleRequest } of record.staticExports.flatMap(
    ({ entries }) => entries,
  )) {
    if (exportName.kind === 'Default') names.add('default');
    else if (exportName.name !== null) names.add(exportName.name);
    else if (importName.kind === 'AllButDefault' && moduleRequest !== null) from.push(moduleRequest.value);
  }
  return { names, open: false, from };
}
