import type { LineRange } from '../../../domain/mutation.ts';

/** Beyond so many differing lines all that lies between the first and the last is taken as changed. */
const maxEdits = 1_000;

/**
 * The lines of `head` that are not in `base`, by a shortest edit script (E. Myers, An O(ND) Difference Algorithm, 1986).
 * Space at the ends of a line does not count: a block that is only indented anew is not a change of it.
 */
export function changedLines(base: string, head: string): readonly LineRange[] {
  const [old, now] = [linesOf(base), linesOf(head)];
  const start = commonLength(old, now, (line, at) => line[at]);
  const rest = [old.slice(start), now.slice(start)] as const;
  const end = commonLength(...rest, (line, at) => line[line.length - 1 - at]);
  const [before, after] = [rest[0].slice(0, rest[0].length - end), rest[1].slice(0, rest[1].length - end)];
  const kept = keptLines(before, after);
  const changed = after.flatMap((line, at) => (kept.has(at) || line === '' ? [] : [start + at + 1]));
  return rangesOf(changed, now);
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.trim());
}

type At = (lines: readonly string[], at: number) => string | undefined;

function commonLength(a: readonly string[], b: readonly string[], at: At): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && at(a, length) === at(b, length)) length++;
  return length;
}

/** Places in `b` of a longest common subsequence; none when the texts differ by more than `maxEdits`. */
function keptLines(a: readonly string[], b: readonly string[]): ReadonlySet<number> {
  const trace: Int32Array[] = [];
  const middle = Math.min(a.length + b.length, maxEdits) + 1;
  const furthest = new Int32Array(2 * middle + 1);
  for (let edits = 0; edits < middle; edits++) {
    trace.push(furthest.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isDown(furthest, middle + diagonal, { edits, diagonal })
        ? (furthest[middle + diagonal + 1] ?? 0)
        : (furthest[middle + diagonal - 1] ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++;
      furthest[middle + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return walkBack(trace, a.length, b.length);
    }
  }
  return new Set();
}

type Step = { readonly edits: number; readonly diagonal: number };

/** Whether the furthest path to the diagonal ends with an insertion. */
function isDown(furthest: Int32Array, at: number, { edits, diagonal }: Step): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0);
}

function walkBack(trace: readonly Int32Array[], lengthA: number, lengthB: number): ReadonlySet<number> {
  const kept = new Set<number>();
  let [x, y] = [lengthA, lengthB];
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const furthest = trace[edits] ?? new Int32Array();
    const diagonal = x - y;
    const at = diagonal + edits + 1;
    const from = isDown(furthest, at, { edits, diagonal }) ? diagonal + 1 : diagonal - 1;
    const beforeX = edits === 0 ? 0 : (furthest[from + edits + 1] ?? 0);
    const beforeY = edits === 0 ? 0 : beforeX - from;
    for (; x > beforeX && y > beforeY; x--, y--) kept.add(y - 1);
    [x, y] = [beforeX, beforeY];
  }
  return kept;
}

/** Lines without a word, such as brackets, are alike everywhere: they do not part a new block in two. */
function rangesOf(changed: readonly number[], lines: readonly string[]): readonly LineRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const line of changed) {
    const last = ranges.at(-1);
    if (last !== undefined && !lines.slice(last.to, line - 1).some((each) => /[\p{L}\p{N}_$]/u.test(each)))
      last.to = line;
    else ranges.push({ from: line, to: line });
  }
  return ranges;
}
