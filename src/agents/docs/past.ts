import { hostileObjectIn, isRecord } from '../../domain/npm/hostile-json.ts';

/** What a package.json said once. */
export type Manifest = {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly node: string | undefined;
  readonly scripts: ReadonlyMap<string, string>;
  /** Names of commands, with the files that they run. */
  readonly bin: ReadonlyMap<string, string>;
  /** Names that others import below the package's own, with what they stand for. undefined: any file, or a pattern, may be one. */
  readonly entries: ReadonlyMap<string, string> | undefined;
};

/** Of the root; newest first, the present one included. */
export type Past = readonly {
  readonly commit: string;
  /** When the commit says that it was made; undefined: not known. */
  readonly at: Date | undefined;
  readonly manifest: Manifest;
}[];

/** undefined: it is no JSON object. */
export function manifestOf(text: string): Manifest | undefined {
  const value = hostileObjectIn(text);
  if (value === undefined) return undefined;
  const name = stringIn(value.name);
  const engines = isRecord(value.engines) ? value.engines : {};
  const own = typeof value.bin === 'string' && name !== undefined ? { [name]: value.bin } : value.bin;
  return {
    name,
    version: stringIn(value.version),
    node: stringIn(engines.node),
    scripts: texts(value.scripts),
    bin: texts(own),
    entries: entriesOf(value.exports),
  };
}

/** The name that took the place of another, by what stands behind both; undefined: none does, or several do. */
export function renamedTo(
  name: string,
  past: Past,
  of: (manifest: Manifest) => ReadonlyMap<string, string>,
): { readonly to: string; readonly commit: string } | undefined {
  for (const [at, { manifest, commit }] of past.entries()) {
    const before = past[at + 1]?.manifest;
    const value = before && of(before).get(name);
    if (before === undefined || value === undefined) continue;
    const fresh = [...of(manifest)].filter(([each, text]) => text === value && !of(before).has(each));
    const to = fresh[0]?.[0];
    return to === undefined || fresh.length > 1 || of(manifest).has(name) ? undefined : { to, commit };
  }
  return undefined;
}

function entriesOf(exported: unknown): ReadonlyMap<string, string> | undefined {
  if (exported === undefined) return undefined;
  const all = isRecord(exported) ? Object.entries(exported).filter(([key]) => key.startsWith('./')) : [];
  if (all.some(([key]) => key.includes('*') || key.endsWith('/'))) return undefined;
  return new Map(all.map(([key, value]) => [key.slice(2), JSON.stringify(value)]));
}

function texts(value: unknown): ReadonlyMap<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])));
}

function stringIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
