import { dirname } from 'node:path/posix';
import ts from 'typescript';
import { type ApiFile, isTyped } from '../../domain/api.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { mayNameBrowser } from './browser-names.ts';
import { normaliseDeclarations } from './normalise.ts';

export type Side = 'old' | 'now';

/** Both versions side by side, in memory: `/old/node_modules/NAME` and `/now/node_modules/NAME`. */
export class VirtualPackages {
  readonly #files = new Map<string, string>();
  readonly #folders = new Set<string>();
  readonly #parsed = new Map<string, ts.SourceFile>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  add(side: Side, { path, text }: ApiFile): void {
    const place = `${rootOf(side, this.#name)}/${path}`;
    this.#files.set(place, isTyped(path) ? normaliseDeclarations(place, text) : unversioned(path, text));
    for (let folder = dirname(place); folder !== '/'; folder = dirname(folder)) this.#folders.add(folder);
  }

  /** The file of declarations that TypeScript finds for a subpath. */
  declarations(side: Side, subpath: string): string | undefined {
    const specifier = subpath === '.' ? this.#name : `${this.#name}/${subpath.slice(2)}`;
    for (const mode of [ts.ModuleKind.ESNext, ts.ModuleKind.CommonJS] as const) {
      const { resolvedModule } = ts.resolveModuleName(
        specifier,
        `/${side}/client.ts`,
        { ...options, moduleResolution: ts.ModuleResolutionKind.NodeNext, module: ts.ModuleKind.NodeNext },
        this.host(),
        undefined,
        undefined,
        mode,
      );
      const found = resolvedModule?.resolvedFileName;
      if (found !== undefined && isTyped(found)) return found;
    }
    return undefined;
  }

  program(roots: readonly string[]): ts.Program {
    const make = (standard: string) =>
      ts.createProgram({ rootNames: roots, options, host: this.host(standard) });
    const small = make(withoutBrowser);
    const own = small.getSourceFiles().filter(({ fileName }) => this.#files.has(fileName));
    return own.some(mayNameBrowser) ? make(withBrowser) : small;
  }

  host(standard = withBrowser): ts.CompilerHost {
    const read = (path: string): string | undefined =>
      path === withoutBrowser ? shortened : (this.#files.get(path) ?? library(path));
    return {
      fileExists: (path) => read(path) !== undefined,
      readFile: read,
      directoryExists: (path) => path === '/' || this.#folders.has(path),
      getDirectories: () => [],
      getSourceFile: (path) => this.#source(path, read(path)),
      getDefaultLibFileName: () => standard,
      getDefaultLibLocation: () => libraries,
      getCurrentDirectory: () => '/',
      getCanonicalFileName: (path) => path,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      writeFile: () => undefined,
    };
  }

  #source(path: string, text: string | undefined): ts.SourceFile | undefined {
    if (text === undefined) return undefined;
    const known = this.#parsed.get(path);
    if (known !== undefined) return known;
    const parsed = ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.ESNext });
    this.#parsed.set(path, parsed);
    return parsed;
  }
}

/** Two packages of one name and version are one to TypeScript: it would compare the old side with itself. */
function unversioned(path: string, text: string): string {
  if (!/(^|\/)package\.json$/.test(path)) return text;
  try {
    const manifest: unknown = JSON.parse(text);
    return isRecord(manifest) ? JSON.stringify({ ...manifest, version: undefined }) : text;
  } catch {
    return '{}';
  }
}

export function rootOf(side: Side, name: string): string {
  return `/${side}/node_modules/${name}`;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
  esModuleInterop: true,
};

const libraries = '/typescript';
const withBrowser = `${libraries}/lib.esnext.full.d.ts`;
const withoutBrowser = '/lib.d.ts';
/** As the other has it but for browsers: the last one adds to what the first declares. */
const shortened = '/// <reference lib="esnext" />\n/// <reference lib="scripthost" />\n';

/** TypeScript's own declarations, by name and from nowhere else. */
function library(path: string): string | undefined {
  const name = /^\/typescript\/(lib(\.[a-z0-9]+)*\.d\.ts)$/.exec(path)?.[1];
  if (name === undefined) return undefined;
  return ts.sys.readFile(`${dirname(ts.getDefaultLibFilePath({}))}/${name}`);
}
