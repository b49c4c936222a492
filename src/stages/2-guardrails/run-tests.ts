import type { ChangeClass } from '../../domain/change.ts';
import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import type { Classification } from '../../domain/stage.ts';
import type { TestCommands, TestSides } from '../../ports/test-runner.ts';
import { isUpdate } from './characterization/characterization.ts';
import { ownFiles } from './characterization/own-files.ts';
import { needsNoSecondRun } from './one-base-run.ts';
import { readEdits } from './run-edits.ts';
import { type CheckedChange, gatherer } from './run-ports.ts';
import type { GuardrailSettings } from './settings.ts';
import { quarantinedAt } from './tests/quarantine.ts';

export const gatherTests = gatherer<'tests'>()({
  needs: [],
  cost: 'heavy',
  begin({ deps, settings, change }) {
    const commands = commandsOf(settings);
    return commands && deps.tests.begin?.(commands, sidesOf(change));
  },
  async gather({ deps, settings, change }) {
    const commands = commandsOf(settings);
    if (commands === undefined) return { configured: false };
    const quarantined = quarantinedAt(settings.tests.quarantine, change.now);
    const edits = await readEdits(deps.git, change.classification);
    const own = ownFiles(change.classification);
    const compared = await deps.tests.compare(commands, sidesOf(change));
    const { class: changeClass } = change.classification;
    const facts = { configured: true, class: changeClass, edits, quarantined, ...compared } as const;
    if (own.modules.length === 0) return facts;
    // Where own code changes no package is watched: what was seen is of the project alone.
    return { ...facts, observed: undefined, own: { ...own, observed: compared.observed } };
  },
});

/** undefined: no tests are configured. */
function commandsOf({ commands, tests }: GuardrailSettings): TestCommands | undefined {
  const { test } = commands;
  return test === null ? undefined : { ...commands, test, report: tests.report ?? null };
}

function sidesOf({ classification }: CheckedChange): TestSides {
  const { class: changeClass, base, tree: head } = classification;
  const judgedBy = bringsItsTests.has(changeClass) ? 'own' : 'base';
  const observe = { packages: toObserve(classification), modules: ownFiles(classification).modules };
  return { base, head, judgedBy, observe, isSettled: needsNoSecondRun };
}

/**
 * Class `other` may change tests, and a person sees it. A revert takes back the tests of what it undoes: its class says that the tree is
 * the one that they knew. For all others the base's tests are the judge.
 */
const bringsItsTests: ReadonlySet<ChangeClass> = new Set(['other', 'revert']);

const mostObserved = 100;

/**
 * Only where dependencies are all that changes: a change of the project's own code may call them differently. A revert is
 * meant to differ, and must not be held for it.
 */
export function toObserve({ class: changeClass, files, packages }: Classification): readonly string[] {
  const isOwnCode = ({ path }: { path: string }) => !isManifest(path) && !isLockfile(path);
  if (changeClass === 'revert' || files.some(isOwnCode)) return [];
  return [...new Set(packages.filter(isUpdate).map(({ name }) => name))].slice(0, mostObserved);
}
