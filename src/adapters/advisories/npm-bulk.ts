import semver from 'semver';
import { z } from 'zod';
import type { Advisory } from '../../domain/npm/advisories.ts';

export type Version = { readonly name: string; readonly version: string };

const severities = ['low', 'moderate', 'high', 'critical'] as const;

const advisory = z.looseObject({
  id: z.union([z.number(), z.string().max(100)]),
  url: z.string().max(500).catch(''),
  title: z.string().catch(''),
  severity: z.enum(severities).or(z.literal('unknown')).catch('unknown'),
  vulnerable_versions: z.string().max(2_000),
});
const answer = z.record(z.string(), z.array(advisory).max(1_000));

/** As npm asks at /-/npm/v1/security/advisories/bulk: versions by name. */
export function bulkQuestion(versions: readonly Version[]): string {
  const byName = Map.groupBy(versions, ({ name }) => name);
  const asked = [...byName].map(([name, all]) => [name, [...new Set(all.map(({ version }) => version))]]);
  // A name of a package may be `__proto__`; what is made from entries has it as its own.
  return JSON.stringify(Object.fromEntries(asked));
}

/** By `name@version`. The answer is about names: which of the versions are meant is for the asker. Throws nonsense. */
export function readBulk(
  text: string,
  versions: readonly Version[],
): ReadonlyMap<string, readonly Advisory[]> {
  const told = new Map(Object.entries(answer.parse(JSON.parse(text))));
  const known = new Map<string, readonly Advisory[]>();
  for (const { name, version } of versions) {
    const own = (told.get(name) ?? []).filter((one) => isMeant(version, one.vulnerable_versions));
    if (own.length > 0) known.set(`${name}@${version}`, own.map(toAdvisory));
  }
  return known;
}

/** A range or a version that cannot be read may mean anything. */
function isMeant(version: string, range: string): boolean {
  if (semver.validRange(range, { loose: true }) === null || semver.valid(version, { loose: true }) === null)
    return true;
  return semver.satisfies(version, range, { loose: true, includePrerelease: true });
}

function toAdvisory({ id, url, title, severity }: z.infer<typeof advisory>): Advisory {
  const named = /GHSA(-[0-9a-z]{4}){3}/.exec(url)?.[0] ?? String(id);
  // As GitHub names those of its malware advisories.
  const malicious = /^malware in |\bmalicious (code|package)\b/i.test(title);
  return { id: named, title: title.slice(0, 300), url, severity, malicious };
}
