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
    const lines = hunks.flatMap((hunk) => addedRuns(hunk).flatMap(speakingIn));
    return [...name, ...lines.map(({ line, text }) => `text at ${shown(path)}:${line} ("${shown(text)}")`)];
  });
  const more = found.length > most ? [`… and ${found.length - most} more`] : [];
  return [...found.slice(0, most).map((where) => `${where} reads as if it spoke to a reviewer.`), ...more];
}

/** Lines that are added one after the other. */
function addedRuns(hunk: readonly ShownLine[]): readonly (readonly ShownLine[])[] {
  const runs: ShownLine[][] = [];
  let run: ShownLine[] = [];
  for (const line of hunk) {
    if (line.side === 'added') run.push(line);
    else run = [];
    if (run.length === 1) runs.push(run);
  }
  return runs;
}

/** Lines by themselves; else where it begins over a break, or several: they must not hide it. */
function speakingIn(run: readonly ShownLine[]): readonly ShownLine[] {
  const alone = run.filter(({ text }) => speaksToReviewer(text));
  if (alone.length > 0 || !speaksToReviewer(joined(run))) return alone;
  // The last line from which on all of it still speaks.
  let [first, behind] = [0, run.length];
  while (behind - first > 1) {
    const middle = (first + behind) >> 1;
    if (speaksToReviewer(joined(run.slice(middle)))) first = middle;
    else behind = middle;
  }
  return run.slice(first, first + 1);
}

/** As prose: without what stands before the lines of a comment, a quote or a list. */
function joined(run: readonly ShownLine[]): string {
  return run.map(({ text }) => text.replace(/^[\s>*#/-]+/, '')).join(' ');
}

function shown(text: string): string {
  const clean = printable(text).toWellFormed().trim();
  return clean.length <= 120 ? clean : `${clean.slice(0, 120).toWellFormed()}…`;
}
