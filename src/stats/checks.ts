/**
 * A NaN makes every comparison false, so it would silence a test for harm: it must not get in.
 * These are bugs of the caller, hence RangeError.
 */
export function checkShare(name: string, share: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`${name} must lie between 0 and 1, found ${share}`);
}

export function checkCount(name: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`${name} must be a count, found ${count}`);
}
