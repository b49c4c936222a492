import type { Candidate, Described } from './plan.ts';
import type { Declined } from './rules.ts';
import { type Attempt, filesFor, isFree, isWanted, propose, tryBundle, whyFull } from './run-attempt.ts';
import { raiseLeast } from './run-raise.ts';
import { findFixes, type Raise } from './run-security.ts';

/** Before all else. Answers the names that have nothing more to expect of this scan: proposed, under way, or waiting for room. */
export async function proposeFixes(
  attempt: Attempt,
  candidates: readonly Candidate[],
  describe: (name: string) => Promise<Described>,
): Promise<ReadonlySet<string>> {
  const { deps, settings, project, report } = attempt;
  const { security } = settings;
  if (security === null) return new Set();
  const locked = { lockfile: project.lockfile, candidates };
  const rules = { ...settings, security };
  const { updates, raises, skipped } = await findFixes({ ...deps, describe }, locked, rules);
  report.skipped.push(
    ...skipped.filter(({ name }) => settings.only === undefined || isWanted(settings, name)),
  );
  const done = new Set<string>();
  for (const update of updates.filter(({ name }) => isWanted(settings, name))) {
    const isFirst = isFree(attempt, update);
    const isFull = whyFull(attempt, '') !== undefined;
    const made = report.proposals.length;
    if (isFirst) await tryBundle(attempt, { group: null, updates: [update] });
    if (!isFirst || isFull || report.proposals.length > made) done.add(update.name);
  }
  for (const raise of raises.filter(({ by }) => isWanted(settings, by.name) && !done.has(by.name))) {
    const made = report.proposals.length;
    await tryRaise(attempt, raise, await describe(raise.by.name));
    if (report.proposals.length > made) done.add(raise.by.name);
  }
  return done;
}

async function tryRaise(attempt: Attempt, raise: Raise, described: Described): Promise<void> {
  const { settings, report } = attempt;
  const { name, version } = raise.vulnerable;
  const waits = whyRaiseWaits(attempt, raise);
  if (waits !== undefined) {
    report.skipped.push({ name, version, ...waits });
    return;
  }
  const rules = { ...settings, minimumAgeDays: settings.security?.minimumAgeDays ?? settings.minimumAgeDays };
  const raised = await raiseLeast(raise, described, rules, (update) => filesFor(attempt, [update]));
  if ('code' in raised) report.skipped.push({ name, version, ...raised });
  else if (isFree(attempt, raised.update))
    await propose(attempt, { group: null, updates: [raised.update] }, raised.files);
}

function whyRaiseWaits(attempt: Attempt, { by, vulnerable }: Raise): Declined | undefined {
  const isOpen = attempt.settings.open.some(({ name }) => name === by.name);
  const reason = `An earlier proposal for ${by.name} is still under way.`;
  return isOpen ? { code: 'dependency.open', reason } : whyFull(attempt, `what brings ${vulnerable.name}`);
}
