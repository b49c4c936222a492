import type { Entry } from '../domain/journal.ts';
import type { Built } from '../domain/stage.ts';

/** What runs, beside what the journal decided. */
export type DriftFacts = {
  readonly services: readonly ServiceFacts[];
  /** The change that production is moving for; null: none, and nothing has a reason to move. */
  readonly busy: {
    /** What it has released so far, the last of it under way; []: not known yet. */
    readonly releases: readonly Built[];
    /** null: no share of users was decided for it yet. */
    readonly flag: string | null;
  } | null;
  /** Keys of flags in the code that everybody has. */
  readonly standing: readonly string[];
  /** null: the file cannot be read, and every flag counts as off. */
  readonly flags:
    | readonly { readonly key: string; readonly weight: number; readonly killed: boolean }[]
    | null;
  /** Content that was hashed again. */
  readonly releases: readonly { readonly digest: string; readonly ok: boolean; readonly detail: string }[];
};

/** Of one service. */
export type ServiceFacts = {
  readonly stable: Built;
  /** Kept warm; null: there was none. */
  readonly previous: string | null;
  /** null: there is none. */
  readonly route: { readonly stable: string; readonly candidate: { readonly digest: string } | null } | null;
  /** Digests that its processes run. */
  readonly running: readonly string[];
};

type Busy = DriftFacts['busy'];

export type Drift = {
  /** The same for the same thing, however often it is seen. */
  readonly key: string;
  readonly what: 'route' | 'process' | 'flag' | 'release';
  /** One sentence: what was decided, and what was found. */
  readonly detail: string;
  readonly remedy: Remedy;
};

/** Only what lowers exposure or restores what was decided; `tell`: a person must look. */
export type Remedy =
  | { readonly kind: 'restore-stable' }
  | ({ readonly kind: 'stop' } & Built)
  | { readonly kind: 'kill'; readonly flag: string }
  | { readonly kind: 'tell' };

const serviceRules: readonly ((service: ServiceFacts, busy: Busy) => readonly Drift[])[] = [
  routeDrift,
  stableDrift,
  processDrift,
];

/** []: what runs is what was decided. */
export function driftOf(facts: DriftFacts): readonly Drift[] {
  const own = facts.services.flatMap((service) => serviceRules.flatMap((rule) => rule(service, facts.busy)));
  return [...own, ...flagDrift(facts), ...releaseDrift(facts)];
}

/** A change in production looks after its routes itself. */
function routeDrift({ stable, route }: ServiceFacts, busy: Busy): readonly Drift[] {
  if (busy !== null) return [];
  const { service, digest } = stable;
  const remedy = { kind: 'restore-stable' } as const;
  const found = (detail: string) => [
    { key: `route ${service}`, what: 'route' as const, detail: `${service}: ${detail}`, remedy },
  ];
  if (route === null) return found(`${short(digest)} is stable, and nothing is routed to`);
  if (route.stable !== digest)
    return found(`${short(digest)} is stable, the route serves ${short(route.stable)}`);
  if (route.candidate === null) return [];
  return found(`no change is in production, the route has candidate ${short(route.candidate.digest)}`);
}

function stableDrift({ stable, running }: ServiceFacts, busy: Busy): readonly Drift[] {
  const { service, digest } = stable;
  if (busy !== null || running.includes(digest)) return [];
  const detail = `${service}: ${short(digest)} is stable, and no process runs it`;
  return [
    { key: `runs-not ${service} ${digest}`, what: 'process', detail, remedy: { kind: 'restore-stable' } },
  ];
}

/** While a release is made, its digest is not in the journal yet. */
function processDrift({ stable, previous, route, running }: ServiceFacts, busy: Busy): readonly Drift[] {
  const { service } = stable;
  const released = busy?.releases.filter((built) => built.service === service) ?? [];
  if (busy !== null && released.length === 0) return [];
  const decided = new Set([
    stable.digest,
    previous,
    ...released.map(({ digest }) => digest),
    route?.stable,
    route?.candidate?.digest,
  ]);
  return [...new Set(running)]
    .filter((digest) => !decided.has(digest))
    .map((digest) => ({
      key: `runs ${service} ${digest}`,
      what: 'process' as const,
      detail: `${service}: ${short(digest)} runs, and nothing decided that it should`,
      remedy: { kind: 'stop' as const, service, digest },
    }));
}

function flagDrift({ busy, standing, flags }: DriftFacts): readonly Drift[] {
  if (flags === null)
    return [
      {
        key: 'flags',
        what: 'flag',
        detail:
          'flags.json cannot be read, so every flag counts as off; removing the file closes them for good',
        remedy: { kind: 'tell' },
      },
    ];
  return flags
    .filter(
      ({ key, weight, killed }) => weight > 0 && !killed && key !== busy?.flag && !standing.includes(key),
    )
    .map(({ key, weight }) => ({
      key: `flag ${key}`,
      what: 'flag' as const,
      detail: `flag ${key} is at ${Number((weight * 100).toFixed(2))} %, and no rollout uses it`,
      remedy: { kind: 'kill' as const, flag: key },
    }));
}

/** A candidate that is not what was tested any more must not be met; what is stable has nothing to be replaced by. */
function releaseDrift({ services, busy, releases }: DriftFacts): readonly Drift[] {
  const stables = new Set(services.map(({ stable }) => stable.digest));
  const candidate = busy?.releases.at(-1)?.digest;
  return releases
    .filter(({ ok }) => !ok)
    .map(({ digest, detail }) => ({
      key: `release ${digest}`,
      what: 'release' as const,
      detail: `the release ${short(digest)} is not what was attested: ${detail}`,
      remedy:
        busy?.flag != null && digest === candidate && !stables.has(digest)
          ? { kind: 'kill' as const, flag: busy.flag }
          : { kind: 'tell' as const },
    }));
}

function short(digest: string): string {
  return digest.slice(0, 19);
}

export const driftTypes = ['drift.found', 'drift.corrected', 'drift.gone'];

export type StandingDrift = {
  readonly key: string;
  readonly what: string;
  readonly detail: string;
  /** RFC 3339. */
  readonly since: string;
};

/** What was found, and neither corrected nor gone since. */
export function standingDrift(entries: readonly Entry[]): readonly StandingDrift[] {
  const standing = new Map<string, StandingDrift>();
  for (const { type, at, data } of entries) {
    const key = String(data.key);
    if (type === 'drift.found')
      standing.set(key, { key, what: String(data.what), detail: String(data.detail), since: at });
    else standing.delete(key);
  }
  return [...standing.values()];
}
