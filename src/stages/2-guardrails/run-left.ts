import type { ApiFile } from '../../domain/api.ts';
import type { Behaviour } from '../../domain/behaviour.ts';
import type { DriverFaults } from '../../domain/driver.ts';
import type { Observed } from '../../ports/test-runner.ts';
import { promisesOf } from './characterization/amplify/declared.ts';
import { isUpdate } from './characterization/characterization.ts';
import { cutDeclarations, leftBy, type Survivor, shownPaths } from './drivers/boundary-left.ts';
import type { DriverFacts } from './drivers/facts.ts';
import type { Shown } from './drivers/prompt.ts';
import {
  type ChangedSource,
  chooseFaults,
  leftInSources,
  shownSources,
  targetsIn,
} from './drivers/sources-left.ts';
import { mutableFiles } from './mutation/plan.ts';
import type { Gathering } from './run-ports.ts';
import { toObserve } from './run-tests.ts';

export type DriversTo = Gathering<'tests' | 'mutation'>;

/** What a model is asked about, and what tells whether its drivers are worth anything. */
export type Quest = {
  readonly watched: Observed;
  /** What drivers may load. */
  readonly loads: readonly string[];
  readonly faults: DriverFaults;
  readonly count: number;
  readonly shown: Shown;
};

/** Packages whose declarations are read. */
const mostDeclared = 5;
/** Of one file of the project. */
const mostBytes = 256 * 1024;

/** The files of the project that a driver may be written for: both sides have them, and mutants are made in them. */
export function ownModules({ change: { classification }, found }: DriversTo): readonly string[] {
  const own = found.tests.configured ? (found.tests.own?.modules ?? []) : [];
  const mutable = new Set(mutableFiles(classification.class, classification.files).map(({ path }) => path));
  return own.filter((path) => mutable.has(path));
}

/** What the tests leave unnoticed in what packages answer: the guardrail `mutation` has tried it. */
export async function questOfPackages(to: DriversTo): Promise<Quest | DriverFacts> {
  const left = leftBy(to.found.mutation);
  if (typeof left === 'string') return { kind: left };
  const packages = toObserve(to.change.classification);
  return {
    watched: { packages, modules: [] },
    loads: packages,
    faults: { kind: 'boundary', mutants: left },
    count: left.length,
    shown: await showBoundary(to, left),
  };
}

/** What the old tests leave unnoticed in the old files: a few faults are tried for it. */
export async function questOfSources(
  to: DriversTo,
  modules: readonly string[],
  seconds: number,
): Promise<Quest | DriverFacts> {
  const { deps, settings, change } = to;
  const { base } = change.classification;
  const { test } = settings.commands;
  if (test === null) return { kind: 'no-tests' };
  const sources = await readSources(to, modules);
  const instrumentation = await deps.mutator.instrument(targetsIn(sources));
  const chosen = chooseFaults(
    instrumentation.files.flatMap(({ mutants }) => mutants),
    base,
  );
  if (chosen.length === 0)
    return { kind: instrumentation.unreadable.length > 0 ? 'unmeasured' : 'nothing-left' };
  const trial = { instrumentation, chosen: chosen.map(({ id }) => id), seconds };
  const sides = { base, head: base, judgedBy: 'own' } as const;
  const run = await deps.mutator.run({ ...settings.commands, test }, sides, trial);
  const left = leftInSources(chosen, run);
  if (typeof left === 'string') return { kind: left };
  return {
    watched: { packages: [], modules },
    // A driver stands in a folder of its own below the project's.
    loads: modules.map((path) => `../${path}`),
    faults: { kind: 'source', instrumentation, chosen: left.map(({ id }) => id) },
    count: left.length,
    shown: { packages: [], paths: [], declarations: [], sources: shownSources(sources, left) },
  };
}

async function readSources(
  { deps: { git }, change: { classification } }: DriversTo,
  modules: readonly string[],
): Promise<readonly ChangedSource[]> {
  const { base, tree } = classification;
  const sources: ChangedSource[] = [];
  for (const path of modules) {
    const [before, after] = [await git.readFile(base, path), await git.readFile(tree, path)];
    if (before === undefined || after === undefined || before.length > mostBytes) continue;
    sources.push({ path, before: before.toString('utf8'), after: after.toString('utf8') });
  }
  return sources;
}

async function showBoundary({ deps, change, found }: DriversTo, left: readonly Survivor[]): Promise<Shown> {
  const observed = found.tests.configured ? found.tests.observed : undefined;
  const nothing: Behaviour = { loads: [], calls: new Map(), gaps: [] };
  const paths = shownPaths(left, observed?.kind === 'observed' ? observed.base[0] : nothing);
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
    sources: [],
  };
}
