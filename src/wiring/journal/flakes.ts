import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { type FlakesView, flakesTypes, viewFlakes } from '../../views/flakes.ts';
import type { Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';

/** `autoland flakes`: what the journal holds, against the quarantine of the protected branch. */
export async function readFlakes({ place, store, clock }: Repository): Promise<FlakesView> {
  const entries = await store.read({ types: flakesTypes });
  const { reader, close } = await openGitReader(place.repo);
  try {
    const { config } = await new BranchRules(reader, false).load();
    return viewFlakes(entries, config.tests.quarantine, clock.now());
  } finally {
    await close();
  }
}
