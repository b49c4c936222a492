import type { AdvisoryFacts } from './advisories/facts.ts';
import { newVersions } from './packages.ts';
import { gatherer } from './run-ports.ts';

/** Rejects as the port does. */
export const gatherAdvisories = gatherer<'advisories'>()({
  needs: ['registry'],
  cost: 'light',
  async gather({ deps, settings, change, found }): Promise<AdvisoryFacts> {
    if (change.classification.class === 'revert') return { revert: true };
    const { advisories } = settings;
    if (advisories === undefined || advisories.from === 'none') return { configured: false };
    const { baseVersions } = found.registry;
    const packages = newVersions(found.registry).map(({ name, version }) => {
      return { name, version, old: baseVersions.get(name) ?? [] };
    });
    const asked = packages.flatMap(({ name, version, old }) =>
      [version, ...old].map((each) => ({ name, version: each })),
    );
    const none = { known: new Map(), silent: [] };
    const { from, osv: url } = advisories;
    const source = from === 'osv' ? { from, url } : { from };
    const answer = asked.length === 0 ? none : await deps.advisories.known(asked, source);
    return { configured: true, packages, answer };
  },
});
