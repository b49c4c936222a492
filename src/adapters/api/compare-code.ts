import type { ApiBreak, ApiEntry, ApiFile, ApiQuestion } from '../../domain/api.ts';
import { CodeNames } from './code-names.ts';

export type CodeComparison = { readonly breaks: readonly ApiBreak[]; readonly seen: readonly string[] };

/** Compares the names that code exports, for packages without declarations. `seen`: subpaths of which all names are known. */
export function compareCode({
  entries,
  old,
  now,
}: Pick<ApiQuestion, 'entries' | 'old' | 'now'>): CodeComparison {
  const before = new CodeNames(byPath(old));
  const after = new CodeNames(byPath(now));
  const breaks: ApiBreak[] = [];
  const seen = new Set(entries.map(({ subpath }) => subpath));
  for (const entry of entries) {
    const [was, is] = [before.of(entry.old), after.of(entry.now)];
    const gone = [...was.names].filter((name) => !is.names.has(name));
    if (is.open && (gone.length > 0 || was.names.size === 0)) seen.delete(entry.subpath);
    if (!is.open) breaks.push(...gone.map((name) => removed(entry, name)));
  }
  return { breaks: distinct(breaks), seen: [...seen] };
}

function removed({ subpath }: ApiEntry, name: string): ApiBreak {
  const detail = `${name} is gone`;
  return { kind: 'export-removed', level: 'value', subpath, name, place: name, detail };
}

function distinct(breaks: readonly ApiBreak[]): readonly ApiBreak[] {
  return [...new Map(breaks.map((each) => [`${each.subpath} ${each.name}`, each])).values()];
}

function byPath(files: readonly ApiFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, text }) => [path, text]));
}
