/** Lines that only one of two texts has, counted as often as it has them more often. Moved lines do not count. */
export function changedLines(before: string, after: string): number {
  const counts = new Map<string, number>();
  for (const line of before.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  for (const line of after.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}
