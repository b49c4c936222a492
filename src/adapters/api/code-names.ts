import { dirname, join } from 'node:path/posix';
import { parseSync } from 'oxc-parser';
import { isRecord } from '../../domain/npm/hostile-json.ts';
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
    const path = specifier.startsWith('#')
      ? importedAs(this.#files.get('package.json') ?? '', specifier)
      : join(dirname(from), specifier);
    if (path === undefined || !/^[.#]/.test(specifier)) return undefined;
    const source = path.replace(/\.([cm]?)js$/, '.$1ts');
    const guesses = [path, `${path}.js`, `${path}.cjs`, `${path}.json`, `${path}/index.js`];
    // What a compiler makes of a source is named where the source itself is there.
    guesses.push(source, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`);
    return guesses.find((each) => this.#files.has(each));
  }
}

/** What `imports` of package.json says of a name, where it says it without a pattern. */
function importedAs(text: string, specifier: string): string | undefined {
  try {
    const { imports }: { imports?: Record<string, unknown> } = JSON.parse(text);
    let value: unknown = imports?.[specifier];
    while (isRecord(value)) value = value.node ?? value.import ?? value.require ?? value.default;
    return typeof value === 'string' && value.startsWith('./') ? join(value) : undefined;
  } catch {
    return undefined;
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
