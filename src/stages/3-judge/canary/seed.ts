import type { Defect } from '../../../domain/canary.ts';
import type { ShownDiff, ShownFile, ShownLine } from '../../../domain/judgement.ts';
import type { ShownChange } from '../shown.ts';
import { type DefectKind, type Draw, languages, pick, type Site } from './defects.ts';

export type Seeded = { readonly shown: ShownChange; readonly defect: Defect };

type Place = {
  readonly file: string;
  readonly line: number;
  readonly site: Site;
  readonly kinds: readonly DefectKind[];
};

/**
 * Puts one defect into a change, as lines that it adds, in the words of its surroundings. Both forms of the change get it, and lines below
 * move down, so that nothing tells it from a change that somebody made. `known`: names of defects that were found in it before, and are
 * not put into it again. undefined: no place in it fits.
 */
export function seed(
  shown: ShownChange,
  draw: Draw,
  known: ReadonlySet<string> = new Set(),
): Seeded | undefined {
  const places = shown.code
    .flatMap(placesIn)
    .flatMap((place) => withNew(place, known))
    .filter(({ file, line }) => isShown(shown.whole, file, line));
  if (places.length === 0) return undefined;
  const { file, line, site, kinds } = pick(places, draw);
  const kind = pick(kinds, draw);
  const lines = kind.write(site, draw);
  const edit: Edit = { file, line, lines, replaces: kind.replaces === true };
  const from = edit.replaces ? line : line + 1;
  const defect = { name: kind.name, file, from, to: from + lines.length - 1 };
  return { shown: { code: edited(shown.code, edit), whole: edited(shown.whole, edit) }, defect };
}

function withNew(place: Place, known: ReadonlySet<string>): readonly Place[] {
  const kinds = place.kinds.filter(({ name }) => !known.has(name));
  return kinds.length === 0 ? [] : [{ ...place, kinds }];
}

function placesIn({ path, hunks }: ShownFile): readonly Place[] {
  return languages
    .filter(({ files }) => files.test(path))
    .flatMap(({ place, defects }) =>
      hunks.flat().flatMap(({ side, line, text }): readonly Place[] => {
        const { indent, name } = side === 'removed' ? {} : (place.exec(text)?.groups ?? {});
        if (indent === undefined || name === undefined) return [];
        // What is replaced must be the change's own.
        const kinds = defects.filter(({ replaces }) => replaces !== true || side === 'added');
        return kinds.length === 0 ? [] : [{ file: path, line, site: { indent, name }, kinds }];
      }),
    );
}

function isShown(diff: ShownDiff, path: string, at: number): boolean {
  const file = diff.find((one) => one.path === path);
  return file?.hunks.flat().some(({ side, line }) => side !== 'removed' && line === at) === true;
}

type Edit = {
  readonly file: string;
  readonly line: number;
  readonly lines: readonly string[];
  readonly replaces: boolean;
};

function edited(diff: ShownDiff, edit: Edit): ShownDiff {
  return diff.map((file) =>
    file.path === edit.file
      ? { ...file, hunks: file.hunks.map((hunk) => hunk.flatMap((each) => editedLine(each, edit))) }
      : file,
  );
}

function editedLine(each: ShownLine, { line, lines, replaces }: Edit): readonly ShownLine[] {
  if (each.side === 'removed' || each.line < line) return [each];
  const first = replaces ? line : line + 1;
  const added = lines.map((text, at): ShownLine => ({ side: 'added', line: first + at, text }));
  if (each.line === line) return replaces ? added : [each, ...added];
  return [{ ...each, line: each.line + lines.length - (replaces ? 1 : 0) }];
}
