import { failing, guardrail, type Problem, type RegistryFacts } from './facts.ts';

const dayMs = 86_400_000;

/** Every version that the change brings, direct or not, has been public long enough for others to meet what is wrong with it. */
export const releaseAge = guardrail('release-age', ['registry'], ({ registry }) => {
  const { minimumAgeDays, asOf } = registry.ages;
  const published = new Map(agesOf(registry));
  const failure = failing([...published].flatMap(([key, at]) => tooYoung(key, at, registry)));
  const evidence = {
    minimumAgeDays,
    ...(registry.ages.fixes !== undefined && {
      fixes: [...registry.ages.fixes.versions].slice(0, 20),
      fixAgeDays: registry.ages.fixes.minimumAgeDays,
    }),
    asOf: asOf.toISOString(),
    published: Object.fromEntries([...published].slice(0, 20).map(([key, at]) => [key, at ?? null])),
  };
  if (failure !== undefined) return { ...failure, evidence: { ...failure.evidence, ...evidence } };
  const unknown = [...published].find(([, at]) => at === undefined || Number.isNaN(Date.parse(at)));
  if (unknown !== undefined) {
    const reason = `The registry does not say when ${unknown[0]} was published.`;
    return { verdict: 'abstain', code: 'release-age.unknown', reason, evidence };
  }
  const versions = published.size === 1 ? 'The new version is' : `All ${published.size} new versions are`;
  const days = Math.min(...[...published.keys()].map((key) => leastDays(key, registry)), minimumAgeDays);
  const reason = published.size === 0 ? 'No version is new.' : `${versions} at least ${days} days old.`;
  return { verdict: 'pass', code: 'release-age.old-enough', reason, evidence };
});

function agesOf({ entries, baseVersions, versions }: RegistryFacts): [string, string | undefined][] {
  return entries
    .filter((entry) => !entry.link && !baseVersions.get(entry.name)?.includes(entry.version ?? ''))
    .map((entry) => `${entry.name}@${entry.version ?? ''}`)
    .map((key) => [key, versions.get(key)?.publishedAt]);
}

function tooYoung(key: string, at: string | undefined, { ages }: RegistryFacts): readonly Problem[] {
  const days = (ages.asOf.getTime() - Date.parse(at ?? '')) / dayMs;
  if (days < 0) {
    return [
      {
        code: 'release-age.future',
        detail: `${key} is said to be published at ${at}, after ${ages.asOf.toISOString()}.`,
      },
    ];
  }
  const least = leastDays(key, { ages });
  const detail = `${key} is ${days.toFixed(1)} days old, less than ${least}.`;
  return days < least ? [{ code: 'release-age.too-young', detail }] : [];
}

/** What mends a known vulnerability has less to wait for, and nothing that comes with it. */
function leastDays(key: string, { ages: { fixes, minimumAgeDays } }: Pick<RegistryFacts, 'ages'>): number {
  return fixes?.versions.has(key) === true ? fixes.minimumAgeDays : minimumAgeDays;
}
