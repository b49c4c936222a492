/** Where a line of one text stands in another; undefined: it is not there, or nobody can say which it is. */
export function movedLine(before: string, after: string, line: number): number | undefined {
  if (before === after) return line;
  const [old, now] = [before.split('\n'), after.split('\n')];
  const wanted = old[line - 1];
  if (wanted === undefined) return undefined;
  const shift = now.length - old.length;
  if (old.slice(0, line).every((text, at) => text === now[at])) return line;
  if (old.slice(line - 1).every((text, at) => text === now[line - 1 + shift + at])) return line + shift;
  if (wanted.trim().length < 4) return undefined;
  const same = now.flatMap((text, at) => (text.trim() === wanted.trim() ? [at + 1] : []));
  return same.length === 1 ? same[0] : undefined;
}
