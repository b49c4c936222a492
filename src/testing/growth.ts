const tries = 5;
/** Longer than any run of characters that a pattern here may look ahead: up to that its time grows with the square. */
const length = 16_384;
const times = 8;

/**
 * How many times as long eight times the text takes, for each character: 1 where time grows with the text, 8 where with its square.
 * As much is read of the short text as of the long one: what is short is done before anybody else's turn on a busy machine, and what is
 * long never is. Of several tries the least counts, since whatever else the machine does only adds to it.
 */
export function growth(part: string, act: (text: string) => void): number {
  const least = (size: number, rounds: number) => {
    const text = part.repeat(size / part.length);
    const took = Array.from({ length: tries }, () => {
      const started = performance.now();
      for (let round = 0; round < rounds; round++) act(text);
      return performance.now() - started;
    });
    return Math.min(...took);
  };
  least(length, 1);
  return least(length * times, 1) / least(length, times);
}
