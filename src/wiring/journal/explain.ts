import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import type { Entry } from '../../domain/journal.ts';
import type { ChangeState } from '../../engine/state.ts';
import { loweredBy } from '../../views/autonomy.ts';
import {
  type ChangeView,
  lastExposure,
  lastFailing,
  lastForecast,
  trialsIn,
  vetoIn,
  viewChange,
} from '../../views/change-view.ts';
import { flagHistory } from '../../views/flag-history.ts';
import { stablesOf } from '../../views/production.ts';
import { poisonedCommits } from '../../views/proved.ts';
import { onsetIn, raisesIn, raiseTypes, rankSuspects } from '../../views/suspects.ts';
import { mendingTaskOf, taskOf } from '../../views/task-view.ts';
import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { readSaid } from '../models/show.ts';
import type { Repository } from '../place/repository.ts';
import { readIncident } from './incidents.ts';

/** `autoland explain CHANGE`, also of the API. */
export async function explainChange(repository: Repository, id: string): Promise<ChangeView> {
  const { state, entries } = await repository.change(id);
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  return viewChange(state, lastExposure(entries), {
    judge: vetoIn(entries) ?? null,
    forecast: lastForecast(entries),
    incident: (await readIncident(repository.store, state.id)) ?? null,
    demotion: loweredBy(entries) ?? null,
    failing: lastFailing(entries) ?? null,
    trials: trialsIn(entries),
    flags: flagHistory(entries, await repository.store.read({ types: ['flag.killed'] })),
    suspects: await suspectsOf(repository, entries),
    inProduction: await runsInProduction(repository, state),
    said: await readSaid(repository, state),
    task: taskOf(tasks, state.id),
    mending: mendingTaskOf(tasks, state.id),
  });
}

async function suspectsOf({ store }: Repository, entries: readonly Entry[]): Promise<ChangeView['suspects']> {
  const onset = onsetIn(entries);
  if (onset === undefined) return null;
  return rankSuspects(onset, raisesIn(await store.read({ types: raiseTypes }), onset));
}

/** By all services. Asked of the branch: a person may have adopted it since. null: it is not merged any more, or nothing is deployed here. */
async function runsInProduction(repository: Repository, state: ChangeState): Promise<boolean | null> {
  const ledger = await repository.ledger();
  const merge = ledger.changes.get(state.id)?.merge ?? null;
  const stables = stablesOf(ledger.production);
  if (state.stage !== null || merge === null || stables.length === 0) return null;
  if (poisonedCommits(ledger).has(merge.commit)) return null;
  const { reader, close } = await openGitReader(repository.place.repo);
  try {
    const tip = await reader.resolve(state.proposal.target);
    for (const { commit } of stables) {
      const since = await reader.history(commit, tip);
      if (since.some(({ sha }) => sha === merge.commit)) return false;
    }
    return true;
  } finally {
    await close();
  }
}
