import type { Proposal, Sha } from '../../domain/change.ts';
import type { ShelvedDriver } from '../../domain/driver.ts';
import { AutolandError } from '../../domain/errors.ts';
import { compilePattern } from '../../domain/path-pattern.ts';
import { counted } from '../../domain/words.ts';
import type { DriverShelf } from '../../ports/driver-shelf.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { TestCommands, TestRunner } from '../../ports/test-runner.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { driversSource } from '../../views/ledger.ts';
import { type Item, type PortionRules, portionOf, type Skipped } from '../portions.ts';
import { fileOf } from './file.ts';
import { type Doubt, doubtOf } from './weigh.ts';

export type DriversAgentDeps = {
  readonly git: Pick<GitReader, 'resolve' | 'list'> & GitInbox;
  readonly tests: Pick<TestRunner, 'compare'>;
  readonly shelf: Pick<DriverShelf, 'all'>;
};

export type DriversAgentSettings = Omit<PortionRules, 'agent' | 'base' | 'maxWeight'> & {
  readonly target: string;
  readonly asOf: Date;
  /** The folder that they are put into. */
  readonly path: string;
  readonly maxLines: number;
  /** undefined: no tests are configured. */
  readonly commands: TestCommands | undefined;
  readonly protectedPaths: readonly string[];
  /** What the last scan has measured; undefined: nothing. */
  readonly known: MeasuredDrivers | undefined;
};

/** Of one tip and the drivers that were tried on it, what another scan would only find again. */
export type MeasuredDrivers = {
  readonly tip: Sha;
  readonly keys: readonly string[];
  readonly doubts: readonly Skipped[];
};

export type DriversAgentReport = {
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly Skipped[];
  /** To be given back as `known`; absent: nothing was measured. */
  readonly measured?: MeasuredDrivers;
};

type Offered = Item & { readonly text: string; readonly shelved: ShelvedDriver };

const kind = 'drivers';

/** Proposes the tests that a model wrote and that earned their place, where the project's own command runs them and all of them pass. */
export async function runDriversAgent(
  deps: DriversAgentDeps,
  settings: DriversAgentSettings,
): Promise<DriversAgentReport> {
  const { commands, target, path, maxLines } = settings;
  const shelved = await deps.shelf.all();
  if (shelved.length === 0) return { proposals: [], skipped: [] };
  if (commands === undefined)
    return onlySkipped(told(target, 'no-tests', 'No test command is configured: nobody would run them.'));
  if (isProtectedPath(`${path}/x`, settings.protectedPaths.map(compilePattern)))
    return onlySkipped(told(path, 'protected', 'The folder is protected: nothing is proposed there.'));
  const base = await deps.git.resolve(target);
  const there = new Set((await deps.git.list(base, path)).map((file) => file.path));
  const offered = shelved.map((one) => offeredIn(path, one)).filter((item) => !there.has(item.path));
  const waiting = offered.flatMap((item) => waitingFor(item, settings.earlier) ?? []);
  const rules = { ...settings, agent: kind, base, maxWeight: maxLines };
  const left = offered.filter(({ path: name }) => !waiting.some((one) => one.name === name));
  const portion = portionOf(kind, left, rules, 0);
  const { items } = portion;
  const skipped = [...waiting, ...portion.skipped];
  if (items.length === 0) return { proposals: [], skipped };
  const { found, measured } = await weighed(deps, settings, { base, items, commands });
  const doubts = [...skipped, ...measured.doubts];
  if (found.length === 0) return { proposals: [], skipped: doubts, measured };
  return { proposals: [await propose(deps, settings, base, found)], skipped: doubts, measured };
}

/** A person reads each, which may take long: what waits for that is not offered again from every new tip. */
function waitingFor({ key, path }: Offered, earlier: PortionRules['earlier']): Skipped | undefined {
  const held = earlier.find(
    ({ outcome, code, keys }) => outcome === 'held' && code.startsWith('policy.') && keys.includes(key),
  );
  return held && told(path, 'held', `${held.change} offers it, and waits for a person.`);
}

function onlySkipped(skipped: Skipped): DriversAgentReport {
  return { proposals: [], skipped: [skipped] };
}

function offeredIn(folder: string, shelved: ShelvedDriver): Offered {
  const { name, text } = fileOf(shelved.driver, shelved);
  const path = `${folder}/${name}`;
  return { key: name, path, name: path, weight: text.split('\n').length, text, shelved };
}

type Tried = { readonly base: Sha; readonly items: readonly Offered[]; readonly commands: TestCommands };
type Weighed = { readonly found: readonly Offered[]; readonly measured: MeasuredDrivers };

/** Together first: only where that fails is each tried alone. */
async function weighed(
  deps: DriversAgentDeps,
  { known, asOf }: DriversAgentSettings,
  { base, items, commands }: Tried,
): Promise<Weighed> {
  const keys = items.map(({ key }) => key);
  if (known?.tip === base && known.keys.join() === keys.join()) return { found: [], measured: known };
  const measure = (some: readonly Offered[]) => measureOf(deps, { base, items: some, commands }, asOf);
  const all = await measure(items);
  if (all === undefined) return { found: items, measured: { tip: base, keys, doubts: [] } };
  const found: Offered[] = [];
  const doubts: Skipped[] = [];
  for (const item of items) {
    const doubt = items.length === 1 ? all : await measure([item]);
    if (doubt === undefined) found.push(item);
    else doubts.push(told(item.path, doubt.word, doubt.reason));
  }
  return { found, measured: { tip: base, keys, doubts } };
}

async function measureOf(
  { git, tests }: DriversAgentDeps,
  { base, items, commands }: Tried,
  at: Date,
): Promise<Doubt | undefined> {
  const head = await git.propose({ base, files: filesOf(items), message: 'measured\n', ref: null, at });
  try {
    return doubtOf(await tests.compare(commands, { base, head, judgedBy: 'own' }), items.length);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    return { word: 'unmeasured', reason: thrown.message };
  }
}

function filesOf(items: readonly Offered[]): ReadonlyMap<string, Buffer> {
  return new Map(items.map(({ path, text }) => [path, Buffer.from(text)]));
}

async function propose(
  { git }: DriversAgentDeps,
  { target, asOf }: DriversAgentSettings,
  base: Sha,
  items: readonly Offered[],
): Promise<Proposal> {
  const packages = [...new Set(items.flatMap(({ shelved }) => shelved.packages))];
  const more = packages.length > 3 ? ` and ${packages.length - 3} more` : '';
  const title = `Add ${counted(items.length, 'test')} of ${packages.slice(0, 3).join(', ')}${more} that a model wrote`;
  const ref = 'refs/heads/autoland/drivers/all';
  const head = await git.propose({ base, files: filesOf(items), message: `${title}\n`, ref, at: asOf });
  const record = {
    ...{ kind, base },
    items: items.map(({ key, path, weight, shelved: { author, noticed, packages: of } }) => ({
      ...{ key, path, lines: weight, noticed, packages: [...of] },
      ...{ model: author.model, scripted: author.scripted },
    })),
  };
  return { source: driversSource, title, head, ref, target, record };
}

function told(name: string, word: string, reason: string): Skipped {
  return { name, code: `drivers.${word}`, reason };
}
