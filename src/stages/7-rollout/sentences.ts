/** Words for the numbers in a decision's reason. */

export function amount(count: number | undefined, noun: string): string {
  return `${count ?? 0} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a situation's counts are of. */
export function unitOf({ unit }: { readonly unit?: 'user' | 'request' }): 'user' | 'request' {
  return unit ?? 'user';
}

export function chance(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** An e-value as odds; beyond a million the digits say nothing. */
export function inFavour(logE: number): string {
  if (logE > Math.log(1e6)) return 'over 1000000 : 1';
  return `${Number(Math.exp(logE).toPrecision(3))} : 1`;
}

export function expectation(test: {
  readonly logE: number;
  readonly logThreshold: number;
  readonly counts: Readonly<Record<string, number>>;
}): string {
  const { canary = 0, baseline = 0, expectedCanary = 0 } = test.counts;
  const expected = Number(expectedCanary.toPrecision(2));
  return `where ${expected} of ${canary + baseline} were due by the weights (evidence ${inFavour(test.logE)}, needed ${inFavour(test.logThreshold)})`;
}
