import type { Bar, Chart } from '../support/chart.ts';

type Result = { readonly usersHarmed: number };
type Limit = { readonly atLeast: number };
export type Peers = {
  readonly worlds: Readonly<
    Record<
      string,
      {
        /** Of whoever knows all that can be known but whether the fault is there; of failures, also of who knows less. */
        readonly limit: { readonly users: Limit } | { readonly requests: Limit };
        readonly autoland: Result;
        /** Tolerating less than it comes with; absent: that was not tried. */
        readonly strict?: Result;
        readonly strictest?: Result;
        readonly peers: Readonly<
          Record<string, { readonly documented: Result; readonly tuned: Result | null }>
        >;
      }
    >
  >;
};

export function chartOf(found: Peers): Chart {
  return chartOfHarm(found, 'Users whom a bad version harms, in the mean');
}

function tolerating(what: string, found: Result | undefined): readonly Bar[] {
  return found === undefined
    ? []
    : [{ label: `autoland, tolerating ${what}`, value: found.usersHarmed, colour: 'ours' }];
}

export function chartOfHarm({ worlds }: Peers, title: string): Chart {
  const groups = Object.entries(worlds).map(([label, { limit, autoland, strict, strictest, peers }]) => ({
    label,
    bars: [
      {
        label: 'the least that any rule can',
        value: ('users' in limit ? limit.users : limit.requests).atLeast,
        colour: 'least' as const,
      },
      { label: 'autoland', value: autoland.usersHarmed, colour: 'ours' as const },
      ...tolerating('1.1 times', strict),
      ...tolerating('nothing', strictest),
      ...Object.entries(peers).flatMap(([name, { documented, tuned }]): readonly Bar[] => [
        { label: name, value: documented.usersHarmed, colour: 'theirs' },
        ...(tuned === null
          ? []
          : [{ label: `${name}, tuned`, value: tuned.usersHarmed, colour: 'tuned' as const }]),
      ]),
    ],
  }));
  return { title, unit: 'users, of 20,000', scale: 'log', groups };
}
