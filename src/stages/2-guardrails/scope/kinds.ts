import { printable } from '../../../domain/printable.ts';
import type { DiffFacts, Problem } from '../facts.ts';
import type { TextFacts } from './texts.ts';

export function protectedPaths({ protectedPaths }: DiffFacts): readonly Problem[] {
  return protectedPaths.map((path) => ({
    code: 'scope.protected-path',
    detail: `${printable(path)} is protected: a person must change it.`,
  }));
}

export function empty({ files }: DiffFacts): readonly Problem[] {
  return files.length === 0 ? [{ code: 'scope.empty', detail: 'No file changes.' }] : [];
}

export function strangeKinds({ files }: DiffFacts): readonly Problem[] {
  return files.flatMap(({ path, status, kind }) => {
    const found = (code: string, what: string) => [{ code, detail: `${printable(path)} ${what}.` }];
    if (kind === 'symlink') return found('scope.symlink', 'is a symbolic link');
    if (kind === 'submodule') return found('scope.submodule', 'is a submodule');
    if (status === 'type-changed') return found('scope.type-changed', 'changes its kind');
    return kind === 'executable' && status === 'added'
      ? found('scope.executable', 'is a new executable')
      : [];
  });
}

export function binaries({ files }: DiffFacts): readonly Problem[] {
  return files
    .filter((file) => file.binary && file.status !== 'deleted')
    .map(({ path }) => ({
      code: 'scope.binary',
      detail: `${printable(path)} is binary: nobody can read what it does.`,
    }));
}

/** Controls and invisible characters; what climbs; what Windows cannot hold or takes for a device. */
const odd =
  /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\\:*?"<>|]|(^|\/)\.\.?(\/|$)|(^|\/)\.git(\/|$)|(^|\/)node_modules(\/|$)|[ .](\/|$)|(^|\/)git~\d|(^|\/)(con|prn|aux|nul|com\d|lpt\d)(\.[^/]*)?(\/|$)/iu;
const maxPath = 1024;

export function oddPaths({ files }: DiffFacts): readonly Problem[] {
  return files
    .filter(({ path, status }) => status !== 'deleted' && (path.length > maxPath || odd.test(path)))
    .map(({ path }) => ({
      code: 'scope.odd-path',
      detail: `${escaped(path)} is no path that a change may bring.`,
    }));
}

/** So that what cannot be seen can be. */
function escaped(path: string): string {
  return JSON.stringify(path.slice(0, 200)).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

export function clashProblems({ clashes }: TextFacts): readonly Problem[] {
  return clashes.map((group) => ({
    code: 'scope.case-clash',
    detail: `${group.map((path) => JSON.stringify(path)).join(' and ')} are one file on some machines.`,
  }));
}
