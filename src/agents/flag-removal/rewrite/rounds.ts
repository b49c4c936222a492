import { type Draft, type Edit, edited, type Written } from './written.ts';

/** Each round parses, and makes the edits of all places that are apart. */
const mostRounds = 500;

/** Makes the edits that are found, until none is. */
export function inRounds(
  draft: Draft,
  read: (draft: Draft) => Written,
  found: (written: Written) => Iterable<readonly Edit[]>,
): Draft {
  let now = draft;
  for (let round = 0; round < mostRounds; round += 1) {
    const edits = apartFrom(found(read(now)));
    if (edits.length === 0) return now;
    now = edited(now, edits);
  }
  throw new Error(`edits are still found after ${mostRounds} rounds`);
}

/** Those whose places are apart; the others' turn comes in a next round, when the text is another. */
function apartFrom(groups: Iterable<readonly Edit[]>): readonly Edit[] {
  const taken: Edit[] = [];
  for (const edits of groups) {
    const isApart = edits.every(({ start, end }) =>
      taken.every((each) => end <= each.start || each.end <= start),
    );
    if (isApart) taken.push(...edits);
  }
  return taken;
}
