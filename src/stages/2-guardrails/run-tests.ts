import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import type { Classification } from '../../domain/stage.ts';
import { isUpdate } from './characterization/characterization.ts';
import { readEdits } from './run-edits.ts';
import { gatherer } from './run-ports.ts';
import { quarantinedAt } from './tests/quarantine.ts';

export const gatherTests = gatherer<'tests'>()({
  needs: [],
  cost: 'heavy',
  async gather({ deps, settings, change }) {
    const { test } = settings.commands;
    if (test === null) return { configured: false };
    const { class: changeClass, base, tree: head } = change.classification;
    // Class `other` may change tests, and a person sees it; for all others the base's tests are the judge.
    const judgedBy = changeClass === 'other' ? 'own' : 'base';
    const quarantined = quarantinedAt(settings.tests.quarantine, change.now);
    const edits = await readEdits(deps.git, change.classification);
    const observe = toObserve(change.classification);
    const sides = { base, head, judgedBy, observe } as const;
    const compared = await deps.tests.compare({ ...settings.commands, test }, sides);
    return { configured: true, class: changeClass, edits, quarantined, ...compared };
  },
});

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
