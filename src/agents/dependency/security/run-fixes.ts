import { byText } from '../../../domain/npm/order.ts';
import type { Candidate, Skipped } from '../choose/candidates.ts';
import type { Described, PlannedUpdate } from '../choose/plan.ts';
import type { Declined } from '../choose/rules.ts';
import { decidedElsewhere } from '../choose/workspaces.ts';
import { whyTaken } from '../overrides/taken.ts';
import { type Attempt, filesFor, isFree, isWanted, propose, tryBundle, whyFull } from '../run-attempt.ts';
import { noFix, outOfRangeCode } from './fixes.ts';
import type { Raisable, Raise } from './plan-fixes.ts';
import { findAskers } from './run-askers.ts';
import { raiseLeast } from './run-raise.ts';
import { findFixes } from './run-security.ts';

export type Fixed = {
  /** Names that have nothing more to expect of this scan: proposed, under way, or waiting for room. */
  readonly done: ReadonlySet<string>;
  /** As `name@version`: what failed as a fix fails as an update too. */
  readonly failed: ReadonlySet<string>;
};

/** Before all else. */
export async function proposeFixes(
  attempt: Attempt,
  candidates: readonly Candidate[],
  describe: (name: string) => Promise<Described>,
): Promise<Fixed> {
  const { deps, settings, project, report } = attempt;
  const { security } = settings;
  if (security === null) return { done: new Set(), failed: new Set() };
  const locked = { lockfile: project.lockfile, candidates, elsewhere: decidedElsewhere(project) };
  const rules = { ...settings, security };
  const { updates, raises, skipped } = await findFixes({ ...deps, describe }, locked, rules);
  report.skipped.push(
    ...skipped.filter(({ name }) => settings.only === undefined || isWanted(settings, name)),
  );
  const [done, failed] = [new Set<string>(), new Set<string>()];
  for (const update of updates.filter(({ name }) => isWanted(settings, name))) {
    const isFirst = isFree(attempt, update);
    const isFull = whyFull(attempt, '') !== undefined;
    const made = report.proposals.length;
    if (isFirst) await tryBundle(attempt, { group: null, updates: [update] });
    if (!isFirst || isFull || report.proposals.length > made) done.add(update.name);
    else failed.add(`${update.name}@${update.to}`);
  }
  for (const raise of raises) {
    const wanted = wantedOf(raise, settings);
    if (wanted === undefined) continue;
    const busy = wanted.by.find(({ name }) => done.has(name));
    if (busy !== undefined) {
      report.skipped.push(laterThan(busy, raise));
      continue;
    }
    const made = report.proposals.length;
    await tryRaise(attempt, wanted, describe);
    const [raised] = report.proposals.slice(made);
    if (raised !== undefined) done.add(String(raised.record.package));
  }
  return { done, failed };
}

/** That update may mend it too: the next scan sees. */
function laterThan({ name: other }: Raisable, { vulnerable }: Raise): Skipped {
  const { name, version } = vulnerable;
  const why = `${other}, which brings it, is being updated already, and may mend it as well`;
  return { name, version, ...noFix(vulnerable, 'fix-later', why) };
}

/** As far as it is to be looked at. */
function wantedOf({ by, override, ...rest }: Raise, settings: Attempt['settings']): Raise | undefined {
  const own = by.filter(({ name }) => isWanted(settings, name));
  const isOverridden = override !== undefined && isWanted(settings, override.name);
  if (own.length === 0 && !isOverridden) return undefined;
  return { ...rest, by: own, ...(isOverridden && { override }) };
}

type Describe = (name: string) => Promise<Described>;

async function tryRaise(attempt: Attempt, raise: Raise, describe: Describe): Promise<void> {
  const { deps, settings, project, report } = attempt;
  const { name, version } = raise.vulnerable;
  const skip = (why: Declined) => report.skipped.push({ name, version, ...why });
  const waits = whyRaiseWaits(attempt, raise);
  if (waits !== undefined) {
    skip(waits);
    return;
  }
  const fixAgeDays = settings.security?.minimumAgeDays ?? settings.minimumAgeDays;
  const failed: { why: string; until?: string }[] = [];
  for (const by of raise.by) {
    const described = await describe(by.name);
    const askers = await findAskers(deps.registry, project.lockfile, { name: by.name, version: by.from });
    const known = { by, described, askers };
    // That it mends by bringing another is not shown by what the project does not name, nor by a lockfile without ranges.
    const isShown = by.uses.length > 0 && project.lockfile.dialect !== 'pnpm';
    const rules = isShown ? { ...settings, minimumAgeDays: fixAgeDays } : settings;
    const raised = await raiseLeast(raise, known, rules, (update) => filesFor(attempt, [update]));
    if (!('update' in raised)) {
      failed.push(raised);
      continue;
    }
    if (isFree(attempt, raised.update))
      await propose(attempt, { group: null, updates: [raised.update] }, raised.files);
    return;
  }
  const { override } = raise;
  if (override === undefined) skip(noRaise(raise, failed));
  else await tryOverride(attempt, override);
}

async function tryOverride(attempt: Attempt, override: PlannedUpdate): Promise<void> {
  const { project, settings, report } = attempt;
  const { name, from: version } = override;
  const taken = whyTaken(project, settings.overrides.own, override);
  if (taken !== undefined) report.skipped.push({ name, version, ...taken });
  else if (isFree(attempt, override)) await tryBundle(attempt, { group: null, updates: [override] });
}

function noRaise(
  { why }: Raise,
  failed: readonly { readonly why: string; readonly until?: string }[],
): Declined {
  const tried = failed.map((each) => each.why).join('; ');
  const until = failed.flatMap((each) => each.until ?? []).sort(byText)[0];
  const reason = `${why} Raising what brings it does not help: ${tried}.`;
  return { code: outOfRangeCode, reason, ...(until !== undefined && { until }) };
}

function whyRaiseWaits({ settings, ...rest }: Attempt, { by, vulnerable }: Raise): Declined | undefined {
  const open = by.find((each) => settings.open.some(({ name }) => name === each.name));
  if (open === undefined) return whyFull({ settings, ...rest }, `what brings ${vulnerable.name}`);
  return { code: 'dependency.open', reason: `An earlier proposal for ${open.name} is still under way.` };
}
