import { AutolandError } from '../domain/errors.ts';

/** `5%` or `0.05` -> 0.05. Throws `usage` for anything else. */
export function readShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = Number(match?.[1] ?? Number.NaN) / (match?.[2] === '%' ? 100 : 1);
  if (value >= 0 && value < 1) return value;
  throw new AutolandError('usage', `expected a share from 0% to below 100%, found ${JSON.stringify(text)}`, {
    mend: 'write it as 5% or 0.05',
  });
}

/** The last step whose weight is not above the wish. Throws `usage` when even the first is above it. */
export function stepFor(weights: readonly number[], wish: number): number {
  const step = weights.findLastIndex((weight) => weight <= wish + 1e-9);
  if (step >= 0) return step;
  const first = `${(weights[0] ?? 0) * 100}%`;
  throw new AutolandError(
    'usage',
    `expected at least the first step's share, ${first}; found ${wish * 100}%`,
    {
      mend: 'to end exposure altogether: autoland rollback CHANGE',
    },
  );
}
