import { isRecord, type JsonRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { PackageContents } from '../../../domain/package-contents.ts';

/** What is left of a package when its texts are gone: what its manifest promises, and which files there are. */
export type PackageShape = {
  /** As in package.json; undefined: every file can be loaded. */
  readonly exports: unknown;
  readonly main: string | undefined;
  /** `types` or `typings`. */
  readonly types: string | undefined;
  /** `engines.node`. */
  readonly node: string | undefined;
  readonly bins: readonly string[];
  readonly files: ReadonlySet<string>;
  /** By folder ('' = root): does its package.json say that `.js` is a module? */
  readonly modules: ReadonlyMap<string, boolean>;
  /** By folder: its package.json's `main`. */
  readonly mains: ReadonlyMap<string, string>;
};

/** What is read of a package's files. */
export type PackageTexts = {
  readonly files: readonly Pick<PackageContents['files'][number], 'path' | 'kind' | 'text'>[];
};

/** undefined: it has no package.json that can be read. */
export function shapeOf({ files }: PackageTexts): PackageShape | undefined {
  const manifests = new Map<string, JsonRecord>();
  for (const { path, text } of files) {
    if (!/(^|\/)package\.json$/.test(path) || text === undefined) continue;
    const raw = parse(text);
    if (raw !== undefined) manifests.set(path.slice(0, -'package.json'.length).replace(/\/$/, ''), raw);
  }
  const root = manifests.get('');
  if (root === undefined) return undefined;
  const engines = own(root, 'engines');
  return {
    exports: own(root, 'exports') ?? undefined,
    main: text(own(root, 'main')),
    types: text(own(root, 'types')) ?? text(own(root, 'typings')),
    node: isRecord(engines) ? text(own(engines, 'node')) : undefined,
    bins: binsOf(root),
    files: new Set(files.map(({ path }) => path)),
    modules: new Map([...manifests].map(([folder, raw]) => [folder, own(raw, 'type') === 'module'])),
    mains: new Map([...manifests].flatMap(([folder, raw]) => mainOf(folder, raw))),
  };
}

function mainOf(folder: string, raw: JsonRecord): [string, string][] {
  const main = text(own(raw, 'main'));
  return main === undefined ? [] : [[folder, main]];
}

function binsOf(root: JsonRecord): readonly string[] {
  const bin = own(root, 'bin');
  if (isRecord(bin)) return Object.keys(bin);
  const name = text(own(root, 'name')) ?? '';
  return typeof bin === 'string' ? [name.slice(name.lastIndexOf('/') + 1)] : [];
}

function parse(json: string): JsonRecord | undefined {
  try {
    return parseHostileObject(json);
  } catch {
    return undefined;
  }
}

export function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
