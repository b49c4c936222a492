const times = 7;

/**
 * How many times as long sixteen times the text takes: 16 where time grows with the text, 256 where with its square. Of several tries
 * the least counts, since whatever else the machine does only adds to it.
 */
export function growth(part: string, act: (text: string) => void): number {
  const least = (length: number) => {
    const text = part.repeat(length / part.length);
    const tries = Array.from({ length: times }, () => {
      const started = performance.now();
      for (let round = 0; round < 5; round++) act(text);
      return performance.now() - started;
    });
    return Math.min(...tries);
  };
  least(2048);
  let ratio = Number.POSITIVE_INFINITY;
  // A busy moment while the long ones are tried makes it larger.
  for (let round = 0; round < 3 && ratio > 32; round++)
    ratio = Math.min(ratio, least(32_768) / Math.max(least(2048), 0.1));
  return ratio;
}
