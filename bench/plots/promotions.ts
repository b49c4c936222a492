import type { Chart } from '../support/chart.ts';

type Promotions = {
  readonly beta: number;
  readonly boundary: readonly {
    readonly weight: number;
    readonly margin: number;
    readonly where: string;
    readonly passed: number;
  }[];
};

export function chartOf({ beta, boundary }: Promotions): Chart {
  const places = [...new Set(boundary.map(({ where }) => where))];
  return {
    title: 'Steps passed by a canary exactly as bad as what they exclude',
    unit: '% of steps',
    scale: 'linear',
    limit: { value: 100 * beta, label: 'beta' },
    groups: places.map((place) => ({
      label: place,
      bars: boundary
        .filter(({ where }) => where === place)
        .map(({ weight, margin, passed }) => ({
          label: `${100 * weight} %, ${margin} times`,
          value: 100 * passed,
          colour: 'ours',
        })),
    })),
  };
}
