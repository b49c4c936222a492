import type { Driver, DriverAuthor, DriverTrials } from '../../domain/driver.ts';
import { messageOf } from '../../domain/errors.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import type { ModelSource } from '../../ports/models.ts';
import { dropOf, runsOnBase } from './drivers/admit.ts';
import { keptDrivers } from './drivers/drivers.ts';
import type { DriverFacts, DriverSettings } from './drivers/facts.ts';
import { screen } from './drivers/screen.ts';
import { askForDrivers } from './run-asked.ts';
import { type DriversTo, ownModules, type Quest, questOfPackages, questOfSources } from './run-left.ts';
import { gatherer } from './run-ports.ts';
import { toObserve } from './run-tests.ts';

const secondsEach = 20;

export const gatherDrivers = gatherer<'drivers'>()({
  needs: ['tests', 'mutation'],
  cost: 'heavy',
  async gather(to) {
    const { settings, change, found } = to;
    const { classification } = change;
    if (classification.class === 'revert') return { kind: 'revert' };
    const modules = ownModules(to);
    const isUpdate = toObserve(classification).length > 0;
    if (!isUpdate && modules.length === 0) return { kind: 'nothing' };
    const wanted = settings.characterization?.drivers ?? null;
    if (wanted === null) return { kind: 'not-configured' };
    if (!found.tests.configured) return { kind: 'no-tests' };
    if (found.mutation.kind === 'switched-off') return { kind: 'no-faults' };
    const quest = isUpdate ? await questOfPackages(to) : await questOfSources(to, modules, wanted.seconds);
    return 'kind' in quest ? quest : askAndTry(to, wanted, quest);
  },
});

const nowhere: ModelSource = {
  named: () =>
    Promise.reject(new Error('models are asked only where what they say is kept (autoland check --cache)')),
};

async function askAndTry(to: DriversTo, wanted: DriverSettings, quest: Quest): Promise<DriverFacts> {
  const { deps, change } = to;
  const model = await (deps.driverModels ?? nowhere).named(wanted.model, change.id).catch(messageOf);
  if (model === undefined) return { kind: 'unanswered', why: `no model is named ${wanted.model}` };
  if (typeof model === 'string') return { kind: 'unanswered', why: model };
  const author = authorOf(model.identity);
  const written = await askForDrivers(deps, { model, wanted, shown: quest.shown });
  if (typeof written === 'string') return { kind: 'unanswered', why: `${wanted.model}: ${written}`, author };
  const looked = written.map((driver) => ({ driver, why: screen(driver, quest.loads) }));
  const drivers = looked.filter(({ why }) => why === undefined).map(({ driver }) => driver);
  const screened = looked.flatMap(({ why }) => why ?? []);
  const trials = await tryDrivers(to, wanted, { quest, drivers });
  await offer(to, author, { quest, drivers, trials });
  return { kind: 'tried', author, drivers, screened, faults: quest.count, trials };
}

type Written = { readonly quest: Quest; readonly drivers: readonly Driver[] };

function tryDrivers(
  { deps, settings, change }: DriversTo,
  { seconds }: DriverSettings,
  { quest: { watched, faults }, drivers }: Written,
): Promise<DriverTrials> {
  const { base, tree: head } = change.classification;
  return deps.drivers.run(
    settings.commands,
    { base, head },
    {
      ...{ drivers, watched, faults, secondsEach, seconds },
      runs: runsOnBase,
      isDropped: (evidence, idle) => dropOf(evidence, idle) !== undefined,
    },
  );
}

/** Those of packages: others name the project's files from where they were run. */
async function offer(
  { deps }: DriversTo,
  author: DriverAuthor,
  { quest, drivers, trials }: Written & { readonly trials: DriverTrials },
): Promise<void> {
  const kept = quest.faults.kind === 'boundary' ? keptDrivers({ drivers, trials }) : [];
  await deps.onDrivers?.({
    author,
    packages: quest.watched.packages,
    drivers: kept.map(({ driver, evidence }) => ({ driver, noticed: evidence.faults?.noticed.length ?? 0 })),
  });
}

const authorOf = ({ name, model, scripted }: ModelIdentity): DriverAuthor => ({ name, model, scripted });
