import { AutolandError } from '../../../domain/errors.ts';
import type { Lockfile } from '../../../domain/lockfile.ts';
import { printable } from '../../../domain/printable.ts';
import type { PlannedUpdate } from '../choose/plan.ts';
import { newlyLocked } from '../files/transitive-age.ts';
import {
  type Attempt,
  filesFor,
  isFree,
  isWanted,
  type OwnOverride,
  propose,
  whyWaits,
} from '../run-attempt.ts';
import { findAskers } from '../security/run-askers.ts';
import { placeOf, textAt, valueAt } from './place.ts';

/** Each costs a run of the package manager. */
const mostTried = 5;

/** Proposes to take out what this agent has overridden, once what asked for the vulnerable version asks for it no more. */
export async function proposeRemovals(attempt: Attempt): Promise<void> {
  const { settings } = attempt;
  if (settings.security === null) return;
  const own = new Map(settings.overrides.own.map((each) => [`${each.below}>${each.name}`, each]));
  const standing = [...own.values()].filter(
    (each) => isWanted(settings, each.name) && isStanding(attempt, each),
  );
  for (const override of standing.slice(0, mostTried)) await tryRemoval(attempt, override);
}

/** As it was written: what a person has changed since is theirs. */
function isStanding({ project }: Attempt, { below, name, version }: OwnOverride): boolean {
  const place = placeOf(project, below, name);
  return valueAt(textAt(project, place), place) === version;
}

async function tryRemoval(attempt: Attempt, override: OwnOverride): Promise<void> {
  const { name, version, below, range } = override;
  const update: PlannedUpdate = {
    name,
    from: version,
    to: version,
    kind: 'patch',
    publishedAt: new Date(0).toISOString(),
    edits: [],
    override: { is: 'removed', below: [{ name: below, range }] },
  };
  const bundle = { group: null, updates: [update] };
  const skip = (code: string, reason: string) =>
    attempt.report.skipped.push({ name, version, code, reason: printable(reason) });
  const still = await whyNeeded(attempt, override);
  const waits = still ?? whyWaits(attempt, bundle);
  if (waits !== undefined) skip(waits.code, waits.reason);
  else if (isFree(attempt, update)) {
    const made = await filesFor(attempt, bundle.updates);
    const bad = 'code' in made ? made : await whyUnsafe(attempt, override, made.lockfile);
    if ('code' in made || bad !== undefined) skip(bad?.code ?? needed, bad?.reason ?? '');
    else await propose(attempt, bundle, made.files);
  }
}

const needed = 'dependency.override-needed';

/** The same package still asks for what it asked for. */
async function whyNeeded({ deps, project }: Attempt, { name, below, range }: OwnOverride) {
  const { lockfile } = project;
  for (const { name: own, version = '' } of lockfile.entries.values()) {
    if (own !== name) continue;
    const askers = await findAskers(deps.registry, lockfile, { name, version });
    if (askers instanceof AutolandError) return { code: askers.code, reason: askers.message };
    if (askers.some((each) => each.name === below && each.range === range))
      return { code: needed, reason: `${below} still asks for ${name} ${range}, so its override stays.` };
  }
  return undefined;
}

/** Nothing that comes in its place may be known to be vulnerable, and all of it must be known. */
async function whyUnsafe({ deps, settings, project }: Attempt, { name }: OwnOverride, after: Lockfile) {
  const { security } = settings;
  if (security === null) return { code: needed, reason: 'What is vulnerable is not looked for.' };
  const left = [...after.entries.values()].flatMap((entry) =>
    entry.name === name && entry.version !== undefined ? [{ name, version: entry.version }] : [],
  );
  const asked = [...newlyLocked(project.lockfile, after), ...left];
  if (asked.length === 0) return undefined;
  try {
    const { known, silent } = await deps.advisories.known(asked, security.source);
    const [bad] = [...silent, ...[...known].flatMap(([key, found]) => (found.length > 0 ? [key] : []))];
    const reason = `Without the override of ${name}, ${bad} is locked, which is not known to be free of vulnerabilities.`;
    return bad === undefined ? undefined : { code: needed, reason };
  } catch (error) {
    if (error instanceof AutolandError) return { code: error.code, reason: error.message };
    throw error;
  }
}
