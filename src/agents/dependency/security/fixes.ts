import semver from 'semver';
import { isProject, type Lockfile } from '../../../domain/lockfile.ts';
import type { Advisory, AdvisoryAnswer } from '../../../domain/npm/advisories.ts';
import type { RegistryPackage, RegistryVersion } from '../../../domain/npm/package.ts';
import { stepBetween } from '../../../domain/npm/step.ts';
import { printable } from '../../../domain/printable.ts';
import { type Declined, declinedBy, type UpdateRules } from '../choose/rules.ts';
import type { Asker } from './askers.ts';

/* What mends a version that is known to be vulnerable. Pure. */

/** A locked version with advisories against it. */
export type Vulnerable = {
  readonly name: string;
  readonly version: string;
  readonly advisories: readonly Advisory[];
};

const severities: readonly Advisory['severity'][] = ['critical', 'high', 'moderate', 'low', 'unknown'];

/** Each once, the worst first. */
export function vulnerableIn(lockfile: Lockfile, { known }: AdvisoryAnswer): readonly Vulnerable[] {
  const found = new Map<string, Vulnerable>();
  for (const { path, name, version = '', link } of lockfile.entries.values()) {
    const advisories = known.get(`${name}@${version}`) ?? [];
    if (isProject(path) || link || advisories.length === 0) continue;
    found.set(`${name}@${version}`, { name, version, advisories });
  }
  const rank = ({ advisories }: Vulnerable) =>
    Math.min(...advisories.map(({ malicious, severity }) => (malicious ? -1 : severities.indexOf(severity))));
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** Whose advisories a fix may have to be chosen by: the nearest ones, since the least is looked for. */
export function laterVersions(
  from: string,
  { versions }: RegistryPackage,
  most: number,
): readonly RegistryVersion[] {
  return versions
    .filter(({ version, deprecated }) => {
      const step = stepBetween(from, version);
      return !deprecated && (step === 'patch' || step === 'minor' || step === 'breaking');
    })
    .sort((a, b) => farness(from, a) - farness(from, b) || semver.compare(a.version, b.version))
    .slice(0, most);
}

/** What semver's caret admits, then the same major, then the rest. */
function farness(from: string, { version }: RegistryVersion): number {
  if (stepBetween(from, version) !== 'breaking') return 0;
  return semver.major(from) === semver.major(version) ? 1 : 2;
}

/** Of `later`, in its order: those against which nothing is known, and whose registry would say so. */
export function fixedVersions(
  name: string,
  later: readonly RegistryVersion[],
  { known, silent }: AdvisoryAnswer,
): readonly RegistryVersion[] {
  const unknown = new Set(silent);
  return later.filter(({ version }) => {
    const key = `${name}@${version}`;
    return !unknown.has(key) && (known.get(key)?.length ?? 0) === 0;
  });
}

export type Fix = { readonly to: string; readonly kind: 'patch' | 'minor'; readonly publishedAt: string };

type Wish = {
  readonly vulnerable: Vulnerable;
  readonly fixed: readonly RegistryVersion[];
  /** Who must admit it; []: the project names it. */
  readonly askers: readonly Asker[];
};

/** The first that mends, that all askers admit and that the rules let through; else why there is none. */
export function chooseFix({ vulnerable, fixed, askers }: Wish, rules: UpdateRules): Fix | Declined {
  const [least] = fixed;
  if (least === undefined) return noFix(vulnerable, 'no-fix', 'no later version is known to be free of that');
  const { name, version: from } = vulnerable;
  let declined: Declined | undefined;
  for (const version of fixed) {
    const kind = stepBetween(from, version.version);
    if (kind !== 'patch' && kind !== 'minor') continue;
    const narrow = askers.find(
      ({ range }) => range === undefined || !semver.satisfies(version.version, range),
    );
    const why =
      narrow === undefined
        ? declinedBy(version, { name, from, rules: { ...rules, updates: ['patch', 'minor'] } })
        : outOfRange(vulnerable, version, narrow);
    if (why === undefined)
      return { to: version.version, kind, publishedAt: new Date(version.publishedAt ?? 0).toISOString() };
    declined ??= why;
  }
  return (
    declined ??
    noFix(
      vulnerable,
      'fix-breaking',
      `${least.version} mends it, which is a breaking step for a person to take`,
    )
  );
}

/** Every one of them asks for it, or for a range with it. */
export function admitsAll(askers: readonly Asker[], version: string): boolean {
  return askers.every(({ range }) => range !== undefined && semver.satisfies(version, range));
}

export const outOfRangeCode = 'dependency.fix-out-of-range';

function outOfRange(vulnerable: Vulnerable, { version }: RegistryVersion, asker: Asker): Declined {
  const range = asker.range === undefined ? 'no range of versions' : asker.range;
  const why = `${version} mends it, and ${asker.name} ${asker.version} asks for ${printable(range)}`;
  return noFix(vulnerable, 'fix-out-of-range', why);
}

/** Says what is wrong with a version, and why nothing is done about it. */
export function noFix(vulnerable: Vulnerable, code: string, why: string): Declined {
  return { code: `dependency.${code}`, reason: `${complaint(vulnerable)}: ${why}.` };
}

export function idsOf({ advisories }: Vulnerable): readonly string[] {
  return [...new Set(advisories.map(({ id }) => printable(id).slice(0, 100)))].slice(0, 10);
}

export function complaint(vulnerable: Vulnerable): string {
  const { name, version, advisories } = vulnerable;
  const what = advisories.some(({ malicious }) => malicious) ? 'malicious' : 'vulnerable';
  return `${name} ${version} is known to be ${what} (${idsOf(vulnerable).join(', ')})`;
}
