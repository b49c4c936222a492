import type { BuildFacts } from './build/facts.ts';
import { gatherer } from './run-ports.ts';

export const gatherBuild = gatherer<'build'>()({
  needs: [],
  cost: 'heavy',
  async gather({ deps, settings, change }): Promise<BuildFacts> {
    if (change.classification.class === 'revert') return { revert: true };
    const { build, install } = settings.commands;
    if (build === null) return { configured: false };
    const { base, tree: head } = change.classification;
    return { configured: true, ...(await deps.reproducer.compare({ install, build }, { base, head })) };
  },
});
