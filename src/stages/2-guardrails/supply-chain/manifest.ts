import {
  isRecord,
  type JsonRecord,
  parseHostileObject,
  stringMap,
} from '../../../domain/npm/hostile-json.ts';

/** What a package.json says that an update may change. Everything is empty when it cannot be read. */
export type ProfileManifest = {
  readonly license: string;
  readonly node: string | undefined;
  readonly exports: readonly string[];
  readonly bins: readonly string[];
  /** Files that run by name: `main` and `bin`. */
  readonly entries: readonly string[];
  /** `dependencies` and `optionalDependencies`. */
  readonly dependencies: ReadonlyMap<string, string>;
};

export function readProfileManifest(text: string | undefined): ProfileManifest {
  const raw = parse(text);
  const bin = own(raw, 'bin');
  const bins = isRecord(bin) ? Object.entries(bin) : typeof bin === 'string' ? [['', bin] as const] : [];
  const main = own(raw, 'main');
  const exported = own(raw, 'exports');
  const engines = own(raw, 'engines');
  const node = isRecord(engines) ? own(engines, 'node') : undefined;
  const targets = [main, ...bins.map(([, target]) => target)];
  return {
    license: JSON.stringify(own(raw, 'license') ?? own(raw, 'licenses') ?? ''),
    node: typeof node === 'string' ? node : undefined,
    exports: isRecord(exported) ? Object.keys(exported) : [],
    bins: bins.map(([name]) => name),
    entries: targets
      .filter((target) => typeof target === 'string')
      .map((target) => target.replace(/^\.\//, '')),
    dependencies: new Map([
      ...(stringMap(own(raw, 'dependencies')) ?? []),
      ...(stringMap(own(raw, 'optionalDependencies')) ?? []),
    ]),
  };
}

function parse(text: string | undefined): JsonRecord {
  try {
    return parseHostileObject(text ?? '{}');
  } catch {
    return {};
  }
}

function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
