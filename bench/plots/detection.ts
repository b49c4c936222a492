import type { Chart } from '../support/chart.ts';

type Detection = {
  readonly target: { readonly between2And50: number };
  readonly detection: readonly {
    readonly weight: number;
    readonly ratio: number;
    readonly coinsOverLimit: number;
  }[];
};

export function chartOf({ target, detection }: Detection): Chart {
  const weights = [...new Set(detection.map(({ weight }) => weight))];
  return {
    title: 'Failing users until a bad canary is found, over the least that any test needs',
    unit: 'times the least',
    scale: 'linear',
    limit: { value: target.between2And50, label: 'aim, from 2 to 50 times' },
    groups: weights.map((weight) => ({
      label: `${100 * weight} % of users`,
      bars: detection
        .filter((each) => each.weight === weight)
        .map(({ ratio, coinsOverLimit }) => ({
          label: `${ratio} times as bad`,
          value: coinsOverLimit,
          colour: 'ours',
        })),
    })),
  };
}
