import type { ApiSight } from '../../../../domain/api.ts';
import type { PackageTexts } from '../shape.ts';

export function declarationsIn({ files }: PackageTexts): ReadonlyMap<string, string> {
  return new Map(
    files.flatMap(({ path, text }) => (text !== undefined && isDeclaration(path) ? [[path, text]] : [])),
  );
}

/** TypeScript that stands for its own declarations is among them. */
export function isDeclaration(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}

/** What declarations tell where none has changed. One that is not written as a module says nothing of an entry. */
export function sightsOf(
  files: ReadonlyMap<string, readonly string[]>,
  texts: ReadonlyMap<string, string>,
): readonly ApiSight[] {
  return [...files].map(([subpath, paths]) => {
    const isModule = paths.some((path) => /^(export|import)\b/m.test(texts.get(path) ?? ''));
    return { subpath, how: isModule ? 'types' : 'nothing' };
  });
}

/** package.json apart. */
export function sameTexts(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, text]) => path === 'package.json' || b.get(path) === text);
}
