import { createHash, randomUUID } from 'node:crypto';
import type { ApiFile } from '../../domain/api.ts';
import type { Driver, DriverAuthor } from '../../domain/driver.ts';
import { messageOf } from '../../domain/errors.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import type { Model } from '../../ports/model.ts';
import type { ModelSource } from '../../ports/models.ts';
import { promisesOf } from './characterization/amplify/declared.ts';
import { isUpdate } from './characterization/characterization.ts';
import { dropOf, runsOnBase } from './drivers/admit.ts';
import { readReply, readText } from './drivers/answer.ts';
import { cutDeclarations, leftBy, type Survivor, shownPaths } from './drivers/boundary-left.ts';
import { keptDrivers } from './drivers/drivers.ts';
import type { DriverFacts, DriverSettings } from './drivers/facts.ts';
import { protocol, requestFor, type ShownBoundary } from './drivers/prompt.ts';
import { screen } from './drivers/screen.ts';
import type { Facts } from './facts.ts';
import { type Gathering, gatherer } from './run-ports.ts';
import { toObserve } from './run-tests.ts';

const secondsEach = 20;
/** Packages whose declarations are read. */
const mostDeclared = 5;

type Needed = Pick<Facts, 'tests' | 'mutation'>;
type To = Gathering<'tests' | 'mutation'>;

export const gatherDrivers = gatherer<'drivers'>()({
  needs: ['tests', 'mutation'],
  cost: 'heavy',
  async gather(to) {
    const { settings, change, found } = to;
    const wanted = settings.characterization?.drivers ?? null;
    const early = withoutModel(change.classification, wanted, found);
    if (early !== undefined) return early;
    const left = leftBy(found.mutation);
    if (typeof left === 'string') return { kind: left };
    return wanted === null ? { kind: 'not-configured' } : askAndTry(to, wanted, left);
  },
});

/** undefined: there is something to ask a model for. */
function withoutModel(
  classification: Gathering['change']['classification'],
  wanted: DriverSettings | null,
  { tests }: Needed,
): DriverFacts | undefined {
  if (classification.class === 'revert') return { kind: 'revert' };
  if (toObserve(classification).length === 0) return { kind: 'no-update' };
  if (wanted === null) return { kind: 'not-configured' };
  return tests.configured ? undefined : { kind: 'no-tests' };
}

const nowhere: ModelSource = {
  named: () =>
    Promise.reject(new Error('models are asked only where what they say is kept (autoland check --cache)')),
};

async function askAndTry(to: To, wanted: DriverSettings, left: readonly Survivor[]): Promise<DriverFacts> {
  const { deps, settings, change } = to;
  const packages = toObserve(change.classification);
  const model = await (deps.driverModels ?? nowhere).named(wanted.model, change.id).catch(messageOf);
  if (model === undefined) return { kind: 'unanswered', why: `no model is named ${wanted.model}` };
  if (typeof model === 'string') return { kind: 'unanswered', why: model };
  const author = authorOf(model.identity);
  const written = await askFor(to, { model, wanted, left });
  if (typeof written === 'string') return { kind: 'unanswered', why: `${wanted.model}: ${written}`, author };
  const looked = written.map((driver) => ({ driver, why: screen(driver, packages) }));
  const drivers = looked.filter(({ why }) => why === undefined).map(({ driver }) => driver);
  const screened = looked.flatMap(({ why }) => why ?? []);
  const { base, tree: head } = change.classification;
  const trials = await deps.drivers.run(
    settings.commands,
    { base, head },
    {
      drivers,
      packages,
      faults: left,
      runs: runsOnBase,
      secondsEach,
      seconds: wanted.seconds,
      isDropped: (evidence, idle) => dropOf(evidence, idle) !== undefined,
    },
  );
  const kept = keptDrivers({ drivers, trials });
  deps.onDrivers?.({
    author,
    drivers: kept.map(({ driver, evidence }) => ({ driver, noticed: evidence.faults?.noticed.length ?? 0 })),
  });
  return { kind: 'tried', author, drivers, screened, faults: left.length, trials };
}

type Asking = {
  readonly model: Model;
  readonly wanted: DriverSettings;
  readonly left: readonly Survivor[];
};

/** A string: why there are none. What was written for the same question is not written anew: nobody gets a second draw. */
async function askFor(to: To, { model, wanted, left }: Asking): Promise<readonly Driver[] | string> {
  const { identity } = model;
  const { most, maxOutputTokens } = wanted;
  const shown = await showBoundary(to, left);
  const { family, model: exact, scripted } = identity;
  const question = [protocol, family, exact, scripted, most, maxOutputTokens, shown];
  const digest = createHash('sha256').update(JSON.stringify(question)).digest('hex');
  const kept = await to.deps.answers?.get(digest);
  if (kept !== undefined) {
    const drivers = readText(kept, digest.slice(0, 32), most);
    if (typeof drivers !== 'string') return drivers;
  }
  const nonce = randomUUID();
  const reply = await model.ask(requestFor({ shown, most, nonce, maxOutputTokens }));
  const drivers = readReply(reply, { identity, nonce, most });
  if (typeof drivers !== 'string')
    await to.deps.answers?.put(digest, JSON.stringify({ nonce: digest.slice(0, 32), drivers }));
  return drivers;
}

async function showBoundary({ deps, change, found }: To, left: readonly Survivor[]): Promise<ShownBoundary> {
  const observed = found.tests.configured ? found.tests.observed : undefined;
  const seen = observed?.kind === 'observed' ? observed.base[0] : { loads: [], calls: new Map(), gaps: [] };
  const paths = shownPaths(left, seen);
  const names = new Set(paths.map((path) => path.package));
  const updates = change.classification.packages.filter(isUpdate).filter(({ name }) => names.has(name));
  const declared: ApiFile[] = [];
  for (const { name, from } of updates.slice(0, mostDeclared)) {
    const files = promisesOf(await deps.registry.contents(name, from)) ?? [];
    declared.push(...files.map(({ path, text }) => ({ path: `${name}/${path}`, text })));
  }
  return {
    packages: updates.map(({ name, from }) => ({ name, version: from })),
    paths,
    declarations: cutDeclarations(declared, paths),
  };
}

const authorOf = ({ name, model, scripted }: ModelIdentity): DriverAuthor => ({ name, model, scripted });
