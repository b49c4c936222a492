import type { ApiBreak, ApiEntry, ApiFile, ApiQuestion } from '../../domain/api.ts';
import { CodeNames } from './code-names.ts';

export type CodeComparison = {
  readonly breaks: readonly ApiBreak[];
  /** Subpaths of which all names are known. */
  readonly seen: readonly string[];
  /** Subpaths whose names both versions compute, and say none. */
  readonly neither: readonly string[];
};

/** Compares the names that code exports, for packages without declarations. */
export function compareCode({
  entries,
  old,
  now,
}: Pick<ApiQuestion, 'entries' | 'old' | 'now'>): CodeComparison {
  const before = new CodeNames(byPath(old));
  const after = new CodeNames(byPath(now));
  const breaks: ApiBreak[] = [];
  const seen = new Set(entries.map(({ subpath }) => subpath));
  const unsaid = new Set<string>();
  const hidden = new Set<string>();
  for (const entry of entries) {
    const [was, is] = [before.of(entry.old), after.of(entry.now)];
    const gone = [...was.names].filter((name) => !is.names.has(name));
    if (is.open && (gone.length > 0 || was.names.size === 0)) {
      seen.delete(entry.subpath);
      const both = was.open && was.names.size === 0;
      (both ? unsaid : hidden).add(entry.subpath);
    }
    if (!is.open) breaks.push(...gone.map((name) => removed(entry, name)));
  }
  const neither = [...unsaid].filter((subpath) => !hidden.has(subpath));
  return { breaks: distinct(breaks), seen: [...seen], neither };
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
