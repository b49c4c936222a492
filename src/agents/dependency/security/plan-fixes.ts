import semver from 'semver';
import { directPaths, type Lockfile } from '../../../domain/lockfile.ts';
import type { AdvisoryAnswer } from '../../../domain/npm/advisories.ts';
import type { RegistryVersion } from '../../../domain/npm/package.ts';
import type { Candidate, Skipped } from '../choose/candidates.ts';
import { editsFor, type Pinned, type PlannedUpdate } from '../choose/plan.ts';
import type { Declined, UpdateRules } from '../choose/rules.ts';
import { type Asker, bringers } from './askers.ts';
import {
  chooseFix,
  complaint,
  fixedVersions,
  idsOf,
  noFix,
  outOfRangeCode,
  type Vulnerable,
} from './fixes.ts';

export type Locked = {
  readonly lockfile: Lockfile;
  readonly candidates: readonly Candidate[];
  /** Why the version of a package is not to be decided here, by its name. */
  readonly elsewhere: ReadonlyMap<string, Declined>;
};

/** A vulnerable version that nothing within the ranges around it mends. */
export type Raise = {
  readonly vulnerable: Vulnerable;
  /** What may be raised instead: one of them, the first that helps. */
  readonly by: readonly Raisable[];
  /** Where none of them helps; absent: nothing is to be overridden, or would help. */
  readonly override?: PlannedUpdate;
  /** Versions of its package that may be locked after it: known, and free of what is known. */
  readonly good: ReadonlySet<string>;
  readonly why: string;
};

/** A package that the project names, or (no uses) one that is only locked. */
export type Raisable = Pick<Candidate, 'name' | 'from' | 'uses'>;

export type Fixes = {
  readonly updates: readonly PlannedUpdate[];
  readonly raises: readonly Raise[];
  readonly skipped: readonly Skipped[];
};

/** What was found out of a vulnerable version. */
export type Pending = {
  readonly vulnerable: Vulnerable;
  readonly later: readonly RegistryVersion[];
  /** Besides the project itself. */
  readonly askers: readonly Asker[];
};

export type FixContext = {
  readonly locked: Locked;
  readonly rules: UpdateRules & {
    readonly security: { readonly minimumAgeDays: number };
    readonly overrides: { readonly write: boolean };
  };
  readonly answers: readonly [ofLocked: AdvisoryAnswer, ofLater: AdvisoryAnswer];
};

/** What is to be done about each. Pure. */
export function sortOut(pending: readonly Pending[], context: FixContext, before: readonly Skipped[]): Fixes {
  const [updates, raises, skipped]: [PlannedUpdate[], Raise[], Skipped[]] = [[], [], [...before]];
  for (const one of pending) {
    const outcome = planFix(one, context);
    if ('code' in outcome) skipped.push(outcome);
    else if ('by' in outcome) raises.push(outcome);
    else updates.push(outcome);
  }
  return { updates, raises, skipped };
}

/** Another version of what brings it may ask for one that is out of its range now, or of another major. */
const raisable: ReadonlySet<string> = new Set([outOfRangeCode, 'dependency.fix-breaking']);

function planFix(
  { vulnerable, later, askers }: Pending,
  context: FixContext,
): PlannedUpdate | Raise | Skipped {
  const { locked, rules, answers } = context;
  const { name, version } = vulnerable;
  const skip = (why: Declined): Skipped => ({
    name,
    version,
    ...why,
    reason: withComplaint(vulnerable, why.reason),
  });
  const elsewhere = locked.elsewhere.get(name);
  if (elsewhere !== undefined) return skip(elsewhere);
  const direct = locked.candidates.find((each) => each.name === name && each.from === version);
  if (direct === undefined && isNamed(locked.lockfile, vulnerable))
    return skip(noFix(vulnerable, 'several-versions', severalWhy));
  const fixed = fixedVersions(name, later, answers[1]);
  const own = { ...rules, minimumAgeDays: rules.security.minimumAgeDays };
  const choice = chooseFix({ vulnerable, fixed, askers: direct === undefined ? askers : [] }, own);
  if ('code' in choice) {
    const isRaised = direct === undefined && raisable.has(choice.code);
    if (!isRaised) return skip(choice);
    const stuck = { vulnerable, askers, fixed };
    return raiseOf(stuck, choice.reason, { ...context, override: overrideOf(stuck, own) });
  }
  const edits = editsFor(direct ?? { name, uses: [] }, choice.to, rules.range);
  if ('code' in edits) return skip(edits);
  const pinned = pinsOf(askers, choice.to);
  return { name, from: version, ...choice, edits, fixes: idsOf(vulnerable), pinned };
}

const severalWhy = 'the project asks for it in several versions, or not from a registry';

/** Those that admit it. */
export function pinsOf(askers: readonly Asker[], to: string): readonly Pinned[] {
  return askers.flatMap(({ name, version, range }) =>
    range !== undefined && semver.satisfies(to, range) ? [{ name, version, range }] : [],
  );
}

function withComplaint(vulnerable: Vulnerable, reason: string): string {
  const first = complaint(vulnerable);
  return reason.startsWith(first) ? reason : `${first}: ${reason}`;
}

/** A manifest of the project asks for it. */
function isNamed(lockfile: Lockfile, { name, version }: Pick<Vulnerable, 'name' | 'version'>): boolean {
  const paths = directPaths(lockfile);
  return [...lockfile.entries.values()].some(
    (entry) => entry.name === name && entry.version === version && paths.has(entry.path),
  );
}

type Stuck = Pick<Pending, 'vulnerable' | 'askers'> & { readonly fixed: readonly RegistryVersion[] };

function raiseOf(
  stuck: Stuck,
  why: string,
  { locked, answers, override }: FixContext & { readonly override: PlannedUpdate | undefined },
): Raise | Skipped {
  const { vulnerable, fixed } = stuck;
  const { name, version } = vulnerable;
  const brought = bringers(locked.lockfile, locked.candidates, vulnerable);
  const holder = holderOf(stuck, locked);
  const by = [
    ...(holder === undefined ? [] : [holder]),
    ...(brought.length === 1 ? brought.filter((each) => each.name !== holder?.name) : []),
  ];
  if (by.length === 0 && override === undefined) {
    const names = brought.map((each) => each.name);
    const which =
      names.length === 0 ? 'Nothing that can be raised brings it' : `${names.join(' and ')} bring it`;
    return { name, version, code: outOfRangeCode, reason: `${why} ${which}.` };
  }
  const free = fixed.map((each) => each.version);
  const good = new Set([...free, ...soundIn(locked.lockfile, name, answers[0])]);
  return { vulnerable, by, good, why, ...(override !== undefined && { override }) };
}

/** The least that mends, whatever those ask for who do not admit it. undefined: it is not wanted, or there is none. */
function overrideOf(
  { vulnerable, askers, fixed }: Stuck,
  rules: UpdateRules & Pick<FixContext['rules'], 'overrides'>,
): PlannedUpdate | undefined {
  if (!rules.overrides.write) return undefined;
  const choice = chooseFix({ vulnerable, fixed, askers: [] }, rules);
  if ('code' in choice) return undefined;
  const { name, version: from } = vulnerable;
  const pinned = pinsOf(askers, choice.to);
  const narrow = askers.filter(({ range = '' }) => !semver.satisfies(choice.to, range));
  const below = narrow.flatMap((each) => (each.range === undefined ? [] : [{ ...each, range: each.range }]));
  if (below.length < narrow.length) return undefined;
  const once = new Map(below.map((each) => [each.name, { name: each.name, range: each.range }]));
  const override = { is: 'written', below: [...once.values()] } as const;
  return { name, from, ...choice, edits: [], fixes: idsOf(vulnerable), pinned, override };
}

/** The one package that admits nothing that mends, where there is one. It may be raised as far as others admit it. */
function holderOf({ askers, fixed }: Stuck, locked: Locked): Raisable | undefined {
  const narrow = askers.filter(({ range = '' }) => {
    return range === '' || !fixed.some(({ version }) => semver.satisfies(version, range));
  });
  const [holder, ...more] = new Map(narrow.map((each) => [`${each.name}@${each.version}`, each])).values();
  if (holder === undefined || more.length > 0) return undefined;
  const { name, version } = holder;
  const direct = locked.candidates.find((each) => each.name === name && each.from === version);
  if (direct !== undefined) return direct;
  const isOthers = locked.elsewhere.has(name) || isNamed(locked.lockfile, holder);
  return isOthers ? undefined : { name, from: version, uses: [] };
}

/** Versions of a package that were locked before, and of which it is known that nothing is known against them. */
function soundIn(lockfile: Lockfile, name: string, { known, silent }: AdvisoryAnswer): readonly string[] {
  const unknown = new Set(silent);
  return [...lockfile.entries.values()].flatMap(({ name: own, version = '' }) => {
    const key = `${name}@${version}`;
    return own === name && !unknown.has(key) && !known.has(key) ? [version] : [];
  });
}
