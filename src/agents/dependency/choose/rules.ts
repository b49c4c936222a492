import semver from 'semver';
import type { RegistryPackage, RegistryVersion } from '../../../domain/npm/package.ts';
import type { RangeStrategy } from '../../../domain/npm/range-strategy.ts';
import { stepBetween } from '../../../domain/npm/step.ts';

/** A version that was turned away here before, and why. */
export type RememberedVersion = {
  readonly name: string;
  readonly version: string;
  /** Of the conclusion, such as `rollout.server-errors`. */
  readonly code: string;
};

/** `name`, `@scope/name`, `name@range` or `@scope/*`, and until when (RFC 3339) it holds, if not for ever. */
export type IgnoreRule = string | { readonly package: string; readonly until: string };

export type UpdateRules = {
  readonly updates: readonly ('patch' | 'minor')[];
  readonly ignore: readonly IgnoreRule[];
  readonly minimumAgeDays: number;
  /** Ages are counted from then: the configured date, else now. */
  readonly asOf: Date;
  readonly remembered: readonly RememberedVersion[];
  /** What becomes of ranges in manifests; absent: `bump`. */
  readonly range?: RangeStrategy;
};

/** Why a package gets no proposal. */
export type Declined = {
  readonly code: string;
  readonly reason: string;
  /** RFC 3339, UTC: when that is over. Absent: time alone does not mend it, or nobody knows when. */
  readonly until?: string;
};
export type Choice =
  | { readonly to: string; readonly kind: 'patch' | 'minor'; readonly passedOver: readonly Declined[] }
  | Declined;

type Rule = (
  version: RegistryVersion,
  context: { name: string; from: string; rules: UpdateRules },
) => Declined | undefined;

const dayMs = 86_400_000;

const notDeprecated: Rule = (version) =>
  version.deprecated
    ? { code: 'dependency.deprecated', reason: `${version.version} is deprecated.` }
    : undefined;

const oldEnough: Rule = (version, { rules }) => {
  if (version.publishedAt === undefined || Number.isNaN(Date.parse(version.publishedAt))) {
    return { code: 'dependency.age-unknown', reason: `When ${version.version} was published is unknown.` };
  }
  const days = (rules.asOf.getTime() - Date.parse(version.publishedAt)) / dayMs;
  if (days >= rules.minimumAgeDays && days >= 0) return undefined;
  const until = new Date(Date.parse(version.publishedAt) + rules.minimumAgeDays * dayMs).toISOString();
  const age = `${version.version} is ${days.toFixed(1)} days old, less than ${rules.minimumAgeDays}`;
  return { code: 'dependency.too-young', reason: `${age}; it waits until ${until}.`, until };
};

const notIgnored: Rule = (version, { name, rules }) => {
  const matching = rules.ignore
    .map((each) => (typeof each === 'string' ? { package: each } : each))
    .filter((each) => isIgnored(each.package, name, version.version))
    .filter((each) => !('until' in each) || Date.parse(each.until) > rules.asOf.getTime());
  // One without an end says more.
  const rule = matching.find((each) => !('until' in each)) ?? matching[0];
  if (rule === undefined) return undefined;
  const reason = `${version.version} is ignored by the rule ${rule.package}`;
  return 'until' in rule
    ? { code: 'dependency.ignored', reason: `${reason} until ${rule.until}.`, until: rule.until }
    : { code: 'dependency.ignored', reason: `${reason}.` };
};

const notRemembered: Rule = (version, { name, rules }) => {
  const found = rules.remembered.find((each) => each.name === name && each.version === version.version);
  return (
    found && {
      code: 'dependency.remembered',
      reason: `${version.version} was turned away here: ${found.code}.`,
    }
  );
};

const wantedStep: Rule = (version, { from, rules }) => {
  const step = stepBetween(from, version.version);
  return rules.updates.some((each) => each === step)
    ? undefined
    : { code: 'dependency.step-not-wanted', reason: `${from} -> ${version.version} is a ${step} step.` };
};

const versionRules: readonly Rule[] = [wantedStep, notIgnored, notDeprecated, oldEnough, notRemembered];

/** The highest patch or minor above `from` that every rule lets through; else why there is none. */
export function chooseVersion(from: string, found: RegistryPackage, rules: UpdateRules): Choice {
  const newer = found.versions
    .filter(({ version }) => ['patch', 'minor'].includes(stepBetween(from, version)))
    .sort((a, b) => semver.rcompare(a.version, b.version));
  const passedOver: Declined[] = [];
  for (const version of newer) {
    const declined = declinedBy(version, { name: found.name, from, rules });
    const kind = stepBetween(from, version.version);
    if (declined === undefined && (kind === 'patch' || kind === 'minor'))
      return { to: version.version, kind, passedOver };
    if (declined !== undefined) passedOver.push(declined);
  }
  return (
    passedOver[0] ?? {
      code: 'dependency.up-to-date',
      reason: `No newer version is a patch or minor step from ${from}.`,
    }
  );
}

/** The first rule that a version breaks. */
export function declinedBy(version: RegistryVersion, context: Parameters<Rule>[1]): Declined | undefined {
  for (const rule of versionRules) {
    const declined = rule(version, context);
    if (declined !== undefined) return declined;
  }
  return undefined;
}

function isIgnored(pattern: string, name: string, version: string): boolean {
  if (pattern.endsWith('/*')) return name.startsWith(pattern.slice(0, -1));
  const at = pattern.lastIndexOf('@');
  if (at <= 0) return pattern === name;
  return pattern.slice(0, at) === name && semver.satisfies(version, pattern.slice(at + 1));
}
