import { AutolandError } from '../../../domain/errors.ts';
import { isProject, type Lockfile } from '../../../domain/lockfile.ts';
import type { AdvisoryAnswer, AdvisorySource } from '../../../domain/npm/advisories.ts';
import { counted } from '../../../domain/words.ts';
import type { Advisories } from '../../../ports/advisories.ts';
import type { Registry } from '../../../ports/registry.ts';
import { patient } from '../ask.ts';
import type { Skipped } from '../choose/candidates.ts';
import type { Described } from '../choose/plan.ts';
import { complaint, laterVersions, noFix, type Vulnerable, vulnerableIn } from './fixes.ts';
import { type FixContext, type Fixes, type Locked, type Pending, sortOut } from './plan-fixes.ts';
import { findAskers } from './run-askers.ts';

export type SecuritySettings = {
  readonly source: AdvisorySource;
  /** Of the version that mends; all else that comes with it has the usual age. */
  readonly minimumAgeDays: number;
};

type FixRules = FixContext['rules'] & { readonly security: SecuritySettings };

export type SecurityDeps = {
  readonly advisories: Advisories;
  readonly registry: Pick<Registry, 'manifest'>;
  readonly describe: (name: string) => Promise<Described>;
};

/** In one scan; the rest is found by the next. */
const mostVulnerable = 60;
/** Of one package. */
const mostVersions = 100;

/** The least versions that mend what is known to be vulnerable. Where advisories cannot be had, nothing is claimed. */
export async function findFixes(deps: SecurityDeps, locked: Locked, rules: FixRules): Promise<Fixes> {
  try {
    return await lookForFixes(deps, locked, rules);
  } catch (error) {
    if (!(error instanceof AutolandError)) throw error;
    const reason = `Which locked versions are vulnerable is not known: ${error.message}`;
    const skipped = [{ name: 'advisories', version: null, code: error.code, reason }];
    return { updates: [], raises: [], skipped };
  }
}

async function lookForFixes(deps: SecurityDeps, locked: Locked, rules: FixRules): Promise<Fixes> {
  const { source } = rules.security;
  const versions = lockedVersions(locked.lockfile);
  if (versions.length === 0) return { updates: [], raises: [], skipped: [] };
  const answer = await deps.advisories.known(versions, source);
  const all = vulnerableIn(locked.lockfile, answer);
  const skipped: Skipped[] = [...silence(answer)];
  const pending: Pending[] = [];
  const manifest = patient((name, version) => deps.registry.manifest(name, version));
  const asking = { ...deps, registry: { manifest } };
  for (const [at, vulnerable] of all.entries()) {
    const found = at < mostVulnerable ? await pendingOf(asking, vulnerable, locked) : tooMany(vulnerable);
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

async function pendingOf(
  deps: SecurityDeps,
  vulnerable: Vulnerable,
  { lockfile }: Locked,
): Promise<Pending | Skipped> {
  const described = await deps.describe(vulnerable.name);
  if (described instanceof AutolandError) return unknown(vulnerable, described);
  if (described === undefined) {
    const { name, version } = vulnerable;
    return { name, version, ...noFix(vulnerable, 'unknown-package', 'the registry does not know it') };
  }
  const askers = await findAskers(deps.registry, lockfile, vulnerable);
  if (askers instanceof AutolandError) return unknown(vulnerable, askers);
  return { vulnerable, later: laterVersions(vulnerable.version, described, mostVersions), askers };
}

function unknown(vulnerable: Vulnerable, { code, message }: AutolandError): Skipped {
  const { name, version } = vulnerable;
  return { name, version, code, reason: `${complaint(vulnerable)}: ${message}` };
}

function tooMany(vulnerable: Vulnerable): Skipped {
  const { name, version } = vulnerable;
  const why = `a scan looks after ${mostVulnerable} of them, the worst first`;
  return { name, version, ...noFix(vulnerable, 'fix-later', why) };
}
