import type { Chart } from '../support/chart.ts';

type Latency = {
  readonly target: { readonly overLimit: number };
  readonly detection: readonly {
    readonly weight: number;
    readonly name: string;
    readonly usersOverLimit: number;
  }[];
};

export function chartOf({ target, detection }: Latency): Chart {
  const weights = [...new Set(detection.map(({ weight }) => weight))];
  return {
    title: 'Users until a slow canary is found, over the least that any test needs',
    unit: 'times the least',
    scale: 'linear',
    limit: { value: target.overLimit, label: 'aim' },
    groups: weights.map((weight) => ({
      label: `${100 * weight} % of users`,
      bars: detection
        .filter((each) => each.weight === weight)
        .map(({ name, usersOverLimit }) => ({ label: name, value: usersOverLimit, colour: 'ours' })),
    })),
  };
}
