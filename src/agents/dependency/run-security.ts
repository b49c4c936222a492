import { AutolandError } from '../../domain/errors.ts';
import { directPaths, isProject, type Lockfile } from '../../domain/lockfile.ts';
import type { AdvisoryAnswer, AdvisorySource } from '../../domain/npm/advisories.ts';
import type { RegistryVersion } from '../../domain/npm/package.ts';
import { counted } from '../../domain/words.ts';
import type { Advisories } from '../../ports/advisories.ts';
import {
  type Asker,
  askersOf,
  bringers,
  chooseFix,
  complaint,
  fixedVersions,
  idsOf,
  laterVersions,
  noFix,
  outOfRangeCode,
  type Vulnerable,
  vulnerableIn,
} from './fixes.ts';
import { type Candidate, type Described, editsFor, type PlannedUpdate, type Skipped } from './plan.ts';
import type { UpdateRules } from './rules.ts';

export type SecuritySettings = {
  readonly source: AdvisorySource;
  /** Of the version that mends; all else that comes with it has the usual age. */
  readonly minimumAgeDays: number;
};

export type SecurityDeps = {
  readonly advisories: Advisories;
  readonly describe: (name: string) => Promise<Described>;
};

export type Locked = { readonly lockfile: Lockfile; readonly candidates: readonly Candidate[] };

/** A vulnerable version that nothing within the ranges around it mends, and the direct dependency that brings it. */
export type Raise = {
  readonly vulnerable: Vulnerable;
  readonly by: Candidate;
  /** Of its package, by `name@version`: all that is known to be vulnerable. */
  readonly bad: ReadonlySet<string>;
  readonly why: string;
};

export type Fixes = {
  readonly updates: readonly PlannedUpdate[];
  readonly raises: readonly Raise[];
  readonly skipped: readonly Skipped[];
};

/** In one scan; the rest is found by the next. */
const mostVulnerable = 20;
/** Of one package. */
const mostVersions = 200;

/** The least versions that mend what is known to be vulnerable. Where advisories cannot be had, nothing is claimed. */
export async function findFixes(
  deps: SecurityDeps,
  locked: Locked,
  rules: UpdateRules & { readonly security: SecuritySettings },
): Promise<Fixes> {
  try {
    return await lookForFixes(deps, locked, rules);
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    const reason = `Which locked versions are vulnerable is not known: ${error.message}`;
    const skipped = [{ name: 'advisories', version: null, code: error.code, reason }];
    return { updates: [], raises: [], skipped };
  }
}

async function lookForFixes(
  deps: SecurityDeps,
  locked: Locked,
  rules: UpdateRules & { readonly security: SecuritySettings },
): Promise<Fixes> {
  const { source } = rules.security;
  const versions = lockedVersions(locked.lockfile);
  if (versions.length === 0) return { updates: [], raises: [], skipped: [] };
  const answer = await deps.advisories.known(versions, source);
  const all = vulnerableIn(locked.lockfile, answer);
  const skipped: Skipped[] = [...silence(answer)];
  const pending: Pending[] = [];
  for (const [at, vulnerable] of all.entries()) {
    const found = at < mostVulnerable ? await laterOf(deps, vulnerable) : tooMany(vulnerable);
    if ('code' in found) skipped.push(found);
    else pending.push(found);
  }
  const asked = pending.flatMap(({ vulnerable: { name }, later }) =>
    later.map(({ version }) => ({ name, version })),
  );
  const told = asked.length === 0 ? answer : await deps.advisories.known(asked, source);
  return sortOut(pending, { locked, rules, answers: [answer, told] }, skipped);
}

function lockedVersions({ entries }: Lockfile) {
  const found = new Map<string, { name: string; version: string }>();
  for (const { path, name, version, link } of entries.values())
    if (!isProject(path) && !link && version !== undefined)
      found.set(`${name}@${version}`, { name, version });
  return [...found.values()];
}

function silence({ silent }: AdvisoryAnswer): readonly Skipped[] {
  const [first] = silent;
  if (first === undefined) return [];
  const more = silent.length === 1 ? 'it is' : `it and ${counted(silent.length - 1, 'more version')} are`;
  const reason = `The registry of ${first} serves no advisories: whether ${more} vulnerable is not known.`;
  return [{ name: 'advisories', version: null, code: 'dependency.advisories-not-offered', reason }];
}

type Pending = { readonly vulnerable: Vulnerable; readonly later: readonly RegistryVersion[] };

async function laterOf(deps: SecurityDeps, vulnerable: Vulnerable): Promise<Pending | Skipped> {
  const { name, version } = vulnerable;
  const described = await deps.describe(name);
  if (described instanceof AutolandError) {
    const reason = `${complaint(vulnerable)}: ${described.message}`;
    return { name, version, code: described.code, reason };
  }
  if (described !== undefined) return { vulnerable, later: laterVersions(version, described, mostVersions) };
  return { name, version, ...noFix(vulnerable, 'unknown-package', 'the registry does not know it') };
}

function tooMany(vulnerable: Vulnerable): Skipped {
  const { name, version } = vulnerable;
  const why = `a scan looks after ${mostVulnerable} of them, the worst first`;
  return { name, version, ...noFix(vulnerable, 'fix-later', why) };
}

type Context = {
  readonly locked: Locked;
  readonly rules: UpdateRules & { readonly security: SecuritySettings };
  readonly answers: readonly [ofLocked: AdvisoryAnswer, ofLater: AdvisoryAnswer];
};

function sortOut(pending: readonly Pending[], context: Context, before: readonly Skipped[]): Fixes {
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

function planFix({ vulnerable, later }: Pending, context: Context): PlannedUpdate | Raise | Skipped {
  const { locked, rules, answers } = context;
  const { name, version } = vulnerable;
  const direct = locked.candidates.find((each) => each.name === name && each.from === version);
  if (direct === undefined && isNamed(locked.lockfile, vulnerable)) {
    const why = 'the project asks for it in several versions, or not from a registry';
    return { name, version, ...noFix(vulnerable, 'several-versions', why) };
  }
  const { dialect } = locked.lockfile;
  if (direct === undefined && dialect !== 'npm') {
    const why = `what the project does not name is raised in lockfiles of npm, and this is one of ${dialect}`;
    return { name, version, ...noFix(vulnerable, 'fix-not-offered', why) };
  }
  const askers = direct === undefined ? askersOf(locked.lockfile, vulnerable) : [];
  const fixed = fixedVersions(name, later, answers[1]);
  const own = { ...rules, minimumAgeDays: rules.security.minimumAgeDays };
  const choice = chooseFix({ vulnerable, fixed, askers }, own);
  if ('code' in choice) {
    const isRaised = direct === undefined && raisable.has(choice.code);
    if (isRaised) return raiseOf(vulnerable, choice.reason, context);
    return { name, version, ...choice, reason: withComplaint(vulnerable, choice.reason) };
  }
  const edits = editsFor(direct ?? { name, uses: [] }, choice.to, rules.range);
  if ('code' in edits) return { name, version, ...edits, reason: withComplaint(vulnerable, edits.reason) };
  return { name, from: version, ...choice, edits, fixes: idsOf(vulnerable), pinned: pinsOf(askers) };
}

/** A fix is chosen only where all of them ask for ranges. */
function pinsOf(askers: readonly Asker[]) {
  return askers.flatMap(({ name, range }) => (range === undefined ? [] : [{ name, range }]));
}

function withComplaint(vulnerable: Vulnerable, reason: string): string {
  const first = complaint(vulnerable);
  return reason.startsWith(first) ? reason : `${first}: ${reason}`;
}

/** A manifest of the project asks for it. */
function isNamed(lockfile: Lockfile, { name, version }: Vulnerable): boolean {
  const paths = directPaths(lockfile);
  return [...lockfile.entries.values()].some(
    (entry) => entry.name === name && entry.version === version && paths.has(entry.path),
  );
}

function raiseOf(vulnerable: Vulnerable, why: string, { locked, answers }: Context): Raise | Skipped {
  const { name, version } = vulnerable;
  const names = locked.candidates.map((each) => each.name);
  const [first, ...more] = bringers(locked.lockfile, names, vulnerable);
  const by = locked.candidates.find((each) => each.name === first);
  if (by === undefined || more.length > 0) {
    const which =
      by === undefined
        ? 'nothing that can be raised brings it'
        : `${by.name} and ${more.join(', ')} bring it`;
    return {
      name,
      version,
      code: outOfRangeCode,
      reason: `${why} ${which[0]?.toUpperCase()}${which.slice(1)}.`,
    };
  }
  const bad = new Set(answers.flatMap(({ known }) => [...known.keys()]));
  return { vulnerable, by, bad, why };
}
