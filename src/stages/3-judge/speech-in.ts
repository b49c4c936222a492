import type { ShownDiff, ShownLine } from '../../domain/judgement.ts';
import { printable } from '../../domain/printable.ts';
import { speaksToReviewer } from '../../domain/speech.ts';

const most = 5;

/**
 * Where added text, or the name of a file, speaks to a reviewer in words that are known for it. Models are asked too; no text can
 * talk this out of what it finds. [] says that no known words are there.
 */
export function speechIn(diff: ShownDiff): readonly string[] {
  const found = diff.flatMap(({ path, hunks }) => {
    const name = speaksToReviewer(path.replaceAll(/[-/.]+/g, ' ')) ? [`the name ${shown(path)}`] : [];
    const lines = hunks.flatMap((hunk) => hunk.filter((line, at) => speaks(line, hunk[at + 1])));
    return [...name, ...lines.map(({ line, text }) => `text at ${shown(path)}:${line} ("${shown(text)}")`)];
  });
  const more = found.length > most ? [`… and ${found.length - most} more`] : [];
  return [...found.slice(0, most).map((where) => `${where} reads as if it spoke to a reviewer.`), ...more];
}

/** A break must not hide it, so that two lines are read as one; each is told where it begins. */
function speaks({ side, text }: ShownLine, next: ShownLine | undefined): boolean {
  if (side !== 'added') return false;
  if (speaksToReviewer(text)) return true;
  if (next?.side !== 'added' || speaksToReviewer(next.text)) return false;
  return speaksToReviewer(`${text} ${next.text.replace(/^[\s>*#/-]+/, '')}`);
}

function shown(text: string): string {
  const clean = printable(text).toWellFormed().trim();
  return clean.length <= 120 ? clean : `${clean.slice(0, 120).toWellFormed()}…`;
}
