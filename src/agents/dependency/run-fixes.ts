import type { Candidate, Described } from './plan.ts';
import { type Attempt, filesFor, isFree, isWanted, proposed, tryBundle, whyFull } from './run-attempt.ts';
import { raiseLeast } from './run-raise.ts';
import { findFixes, type Raise } from './run-security.ts';

/** Before all else; answers the names of what is dealt with by that. */
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
    done.add(update.name);
    if (isFree(attempt, update)) await tryBundle(attempt, { group: null, updates: [update] });
  }
  for (const raise of raises.filter(({ by }) => isWanted(settings, by.name) && !done.has(by.name))) {
    done.add(raise.by.name);
    await tryRaise(attempt, raise, await describe(raise.by.name));
  }
  return done;
}

async function tryRaise(attempt: Attempt, raise: Raise, described: Described): Promise<void> {
  const { settings, report } = attempt;
  const { name, version } = raise.vulnerable;
  const full = whyFull(attempt, `what brings ${name}`);
  const isOpen = settings.open.some((each) => each.name === raise.by.name);
  if (full !== undefined || isOpen) {
    const open = {
      code: 'dependency.open',
      reason: `An earlier proposal for ${raise.by.name} is still under way.`,
    };
    report.skipped.push({ name, version, ...(full ?? open) });
    return;
  }
  const rules = { ...settings, minimumAgeDays: settings.security?.minimumAgeDays ?? settings.minimumAgeDays };
  const raised = await raiseLeast(raise, described, rules, (update) => filesFor(attempt, [update]));
  if ('code' in raised) report.skipped.push({ name, version, ...raised });
  else if (isFree(attempt, raised.update))
    report.proposals.push(await proposed(attempt, { group: null, updates: [raised.update] }, raised.files));
}
