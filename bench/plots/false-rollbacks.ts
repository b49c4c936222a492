import type { Chart } from '../support/chart.ts';

type FalseRollbacks = {
  readonly worlds: readonly {
    readonly world: string;
    readonly rolledBack: readonly { readonly alpha: number; readonly share: number }[];
  }[];
};

export function chartOf({ worlds }: FalseRollbacks): Chart {
  const alphas = worlds[0]?.rolledBack.map(({ alpha }) => alpha) ?? [];
  const [most = 0] = alphas;
  return {
    title: 'Healthy rollouts that are rolled back in four hours of looks',
    unit: '% of rollouts',
    scale: 'linear',
    limit: { value: 100 * most, label: `allowed at alpha ${100 * most} %` },
    groups: alphas.map((alpha) => ({
      label: `alpha ${100 * alpha} %`,
      bars: worlds.map(({ world, rolledBack }) => ({
        label: world,
        value: 100 * (rolledBack.find((each) => each.alpha === alpha)?.share ?? 0),
        colour: 'ours',
      })),
    })),
  };
}
