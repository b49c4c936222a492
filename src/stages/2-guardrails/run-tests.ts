import type { ChangeClass } from '../../domain/change.ts';
import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import type { TestCase } from '../../domain/off-tests.ts';
import type { Classification } from '../../domain/stage.ts';
import { testCommands } from '../../engine/test-commands.ts';
import { mayHoldTests } from '../../flag-off/code-files.ts';
import type { Prover } from '../../ports/prover.ts';
import type { TestSides } from '../../ports/test-runner.ts';
import { isUpdate } from './characterization/characterization.ts';
import { ownFiles } from './characterization/own-files.ts';
import { needsNoSecondRun } from './one-base-run.ts';
import { readEdits } from './run-edits.ts';
import { type CheckedChange, gatherer } from './run-ports.ts';
import type { TestEdits } from './test-edits/edits.ts';
import { quarantinedAt } from './tests/quarantine.ts';

export const gatherTests = gatherer<'tests'>()({
  needs: [],
  cost: 'heavy',
  begin({ deps, settings, change }) {
    const commands = testCommands(settings);
    const sides = changesTests(change) ? flagOnSides(change) : sidesOf(change);
    return commands && deps.tests.begin?.(commands, sides);
  },
  async gather({ deps, settings, change }) {
    const commands = testCommands(settings);
    if (commands === undefined) return { configured: false };
    const quarantined = quarantinedAt(settings.tests.quarantine, change.now);
    const edits = await readEdits(deps.git, change.classification);
    const own = ownFiles(change.classification);
    const { class: changeClass } = change.classification;
    const cases = await casesThatGo(deps.prover, change, edits);
    const offTests = cases && { cases, onHead: await deps.tests.compare(commands, flagOnSides(change)) };
    const sides = { ...sidesOf(change), ...(offTests && { judgedBy: 'head' as const }) };
    const compared = await deps.tests.compare(commands, sides);
    const known = { configured: true, class: changeClass, edits, quarantined } as const;
    const facts = { ...known, ...(offTests && { offTests }), ...compared };
    if (own.modules.length === 0) return facts;
    // Where own code changes no package is watched: what was seen is of the project alone.
    return { ...facts, observed: undefined, own: { ...own, observed: compared.observed } };
  },
});

/** Whether it may be a removal of a flag that takes tests with it. */
function changesTests({ classification }: CheckedChange): boolean {
  return (
    classification.class === 'flag-removal' && classification.files.some(({ path }) => mayHoldTests(path))
  );
}

/** The base's tests on the head: on the base with the flag on, as the guardrail flag-off proves. */
function flagOnSides({ classification: { base, tree: head } }: CheckedChange): TestSides {
  return { base, head, judgedBy: 'base' };
}

/** The test cases that the removal of a flag takes with it; undefined: none, or other edits, so that it is judged as any change. */
async function casesThatGo(
  prover: Pick<Prover, 'removedTests'>,
  change: CheckedChange,
  { changed, unread }: TestEdits,
): Promise<readonly TestCase[] | undefined> {
  if (!changesTests(change) || unread.length > 0) return undefined;
  const found = await prover.removedTests(changed.filter(({ path }) => mayHoldTests(path)));
  return found?.kind === 'whole' ? found.cases : undefined;
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
