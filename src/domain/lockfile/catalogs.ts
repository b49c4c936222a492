import { parse } from 'yaml';
import { isRecord } from '../npm/hostile-json.ts';
import type { Dialect } from './model.ts';

/** One range of a catalog, and where it stands in its file. */
export type CatalogRange = { readonly range: string; readonly keys: readonly string[] };

/** What `catalog:` means in the manifests of a workspace. */
export type Catalogs = {
  /** At the root; undefined: this manager has none. */
  readonly file: string | undefined;
  /** By the name of a catalog ('default' has none of its own), then by that of a package. */
  readonly ranges: ReadonlyMap<string, ReadonlyMap<string, CatalogRange>>;
};

export const catalogFiles: Readonly<Record<Dialect, string | undefined>> = {
  npm: undefined,
  pnpm: 'pnpm-workspace.yaml',
  'yarn-classic': undefined,
  'yarn-berry': '.yarnrc.yml',
};

export const noCatalogs: Catalogs = { file: undefined, ranges: new Map() };

/** Never throws: what cannot be read names nothing, and the manager says so. `text`: undefined where there is no such file. */
export function readCatalogs(dialect: Dialect, text: string | undefined): Catalogs {
  const file = catalogFiles[dialect];
  const raw = file === undefined || text === undefined ? undefined : parsed(text);
  if (!isRecord(raw)) return { file, ranges: new Map() };
  const ranges = new Map<string, ReadonlyMap<string, CatalogRange>>();
  for (const [name, catalog] of Object.entries(isRecord(raw.catalogs) ? raw.catalogs : {}))
    ranges.set(name, rangesOf(catalog, ['catalogs', name]));
  if (isRecord(raw.catalog)) ranges.set('default', rangesOf(raw.catalog, ['catalog']));
  return { file, ranges };
}

function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100, uniqueKeys: true });
  } catch {
    return undefined;
  }
}

function rangesOf(catalog: unknown, keys: readonly string[]): ReadonlyMap<string, CatalogRange> {
  return new Map(
    Object.entries(isRecord(catalog) ? catalog : {}).flatMap(([name, range]) =>
      typeof range === 'string' ? [[name, { range, keys: [...keys, name] }] as const] : [],
    ),
  );
}

/** Whether a manifest asks a catalog. */
export function isCatalogSpec(spec: string): boolean {
  return /^\s*catalog:/.test(spec);
}

/** What the spec of a manifest stands for; undefined: it asks no catalog, or one that does not name the package. */
export function inCatalogs({ ranges }: Catalogs, name: string, spec: string): CatalogRange | undefined {
  const [, catalog] = /^\s*catalog:\s*(.*?)\s*$/.exec(spec.slice(0, 300)) ?? [];
  return catalog === undefined ? undefined : ranges.get(catalog === '' ? 'default' : catalog)?.get(name);
}
