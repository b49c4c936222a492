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
    const compared = await deps.tests.compare({ ...settings.commands, test }, { base, head, judgedBy });
    return { configured: true, class: changeClass, edits, quarantined, ...compared };
  },
});
