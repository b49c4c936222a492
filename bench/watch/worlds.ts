import type { World } from '../false-rollbacks/worlds.ts';

/** What makes users fail once everybody has the new version. Times are in seconds after the promotion. */
export type Harm =
  /** Another cause, whoever serves: it ends by itself. */
  | { readonly kind: 'incident'; readonly seconds: number; readonly fails: number }
  /** The new version fails so many times as often. */
  | { readonly kind: 'own'; readonly times: number }
  /** While anybody has the new version, requests to both fail with that chance. */
  | { readonly kind: 'shared'; readonly fails: number }
  /** The new version fails with that chance, while more than three quarters of the users have it. */
  | { readonly kind: 'full-share'; readonly fails: number };

export type WatchWorld = {
  readonly name: string;
  /** null: nothing happens but what the traffic brings. */
  readonly harm: Harm | null;
  /** True: the new version is not to blame. */
  readonly innocent: boolean;
  readonly traffic: World;
};

const plain = { fails: 0.01, proneUsers: 0, swing: 0, incidentsPerHour: 0, burst: 6 };
const usual = { ...plain, name: 'usual' };
const busy = { ...usual, times: 10 };
const ofIncidents = { ...plain, name: 'shared incidents', incidentsPerHour: 1 };
const mixed = { fails: 0.002, proneUsers: 0.02, swing: 0.8, incidentsPerHour: 1, burst: 12 };

const innocent = (name: string, harm: Harm | null, traffic: World = usual): WatchWorld => ({
  ...{ name, harm, innocent: true, traffic },
});
const harmful = (name: string, harm: Harm): WatchWorld => ({
  ...{ name, harm, innocent: false, traffic: busy },
});

export const worlds: readonly WatchWorld[] = [
  innocent('nothing happens', null),
  innocent('one incident an hour, 30 % for a minute', null, ofIncidents),
  innocent('all of it', null, { ...mixed, name: 'all of it' }),
  innocent('an incident in each watch: 30 % for 20 s', { kind: 'incident', seconds: 20, fails: 0.3 }),
  innocent('… 30 % for 60 s', { kind: 'incident', seconds: 60, fails: 0.3 }),
  innocent(
    '… 5 % for 60 s, of ten times as many requests',
    { kind: 'incident', seconds: 60, fails: 0.05 },
    busy,
  ),
  innocent('… 30 % for 180 s', { kind: 'incident', seconds: 180, fails: 0.3 }),
  harmful('fails 2 times as often', { kind: 'own', times: 2 }),
  harmful('fails 5 times as often', { kind: 'own', times: 5 }),
  harmful('fails 20 times as often', { kind: 'own', times: 20 }),
  harmful('harms both arms: 20 %', { kind: 'shared', fails: 0.2 }),
  harmful('harms at full share alone: 20 %', { kind: 'full-share', fails: 0.2 }),
];

/** How likely a request fails for it, `at` seconds after it began. `share`: of users who have the new version now. */
export function chanceOf(
  { harm, traffic }: WatchWorld,
  { at, isNew, share }: { readonly at: number; readonly isNew: boolean; readonly share: number },
): number {
  if (harm === null || at < 0) return 0;
  switch (harm.kind) {
    case 'incident':
      return at < harm.seconds ? harm.fails : 0;
    case 'own':
      return isNew ? (harm.times - 1) * traffic.fails : 0;
    case 'shared':
      return share > 0 ? harm.fails : 0;
    case 'full-share':
      return isNew && share > 0.75 ? harm.fails : 0;
  }
}
