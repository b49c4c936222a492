/** A file that a package's promise is read from: a manifest, a declaration or code. */
export type ApiFile = { readonly path: string; readonly text: string };

/** Whether types are read from a file: a declaration, or a source in TypeScript. */
export function isTyped(path: string): boolean {
  return /\.([cm]?ts|tsx)$/.test(path);
}

/** How a client loads a package: `import`, or `require`. */
export type LoadMode = 'import' | 'require';

/** One way into a package: `.` or `./sub`, and the file that runs on each side. */
export type ApiEntry = {
  readonly subpath: string;
  readonly mode: LoadMode;
  readonly old: string;
  readonly now: string;
};

/** Two versions of one package. Files hold package.json, declarations and what code the entries lead to. */
export type ApiQuestion = {
  readonly name: string;
  readonly old: readonly ApiFile[];
  readonly now: readonly ApiFile[];
  /** Each subpath whose declarations are compared. */
  readonly subpaths: readonly string[];
  /** Entries whose code is read for the names that it exports. */
  readonly entries: readonly ApiEntry[];
};

export const apiBreakKinds = [
  'export-removed',
  'member-removed',
  'signature-narrowed',
  'type-widened',
  'type-removed',
  'types-removed',
] as const;
export type ApiBreakKind = (typeof apiBreakKinds)[number];

/** A promise that the new version does not keep. */
export type ApiBreak = {
  readonly kind: ApiBreakKind;
  /** `type`: of a type that has no value, so that only what is made or read by it can break. */
  readonly level: 'value' | 'type';
  readonly subpath: string;
  /** The exported name that a client imports; `export=` for a module that is one value, '' for the module as such. */
  readonly name: string;
  /** The exported name, and the way to what differs in it: `Parser.parse`. */
  readonly place: string;
  readonly detail: string;
};

/** How the names of a subpath became known. `neither`: no version says them, so that none can be lost; `nothing`: not known. */
export type ApiSight = { readonly subpath: string; readonly how: 'types' | 'code' | 'neither' | 'nothing' };

export type ApiComparison = {
  readonly breaks: readonly ApiBreak[];
  readonly sights: readonly ApiSight[];
  /** Modules of other packages that the declarations name: their types count as anything. */
  readonly foreign: readonly string[];
};

/** What one source file takes from packages. */
export type SourceImports = {
  readonly imports: readonly ImportedName[];
  /** Each name that stands after a dot, in brackets or in a pattern: what may be read of an imported thing. */
  readonly members: readonly string[];
};
export type ImportedName = {
  /** As written: `lodash/fp`. */
  readonly specifier: string;
  readonly mode: LoadMode;
  /** `*`: any name, because the module is passed on as a whole; '': it is loaded and nothing is taken. */
  readonly name: string;
  readonly line: number;
};
