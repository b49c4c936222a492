import type { Sha } from '../../domain/change.ts';
import { type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { Classification, GuardrailsReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import { type GuardrailResult, overallVerdict } from '../../domain/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Registry } from '../../ports/registry.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import type { TestRunner } from '../../ports/test-runner.ts';
import { allGuardrails } from './all.ts';
import { agesOf, check, dearest, type Fault, faultOf, notRun } from './check.ts';
import { type FactName, type Facts, factNames, type Guardrail, type VersionFacts } from './facts.ts';
import { inquiryOf, projectManifests } from './packages.ts';
import { compareContents } from './run-contents.ts';
import { readEdits } from './run-edits.ts';
import type { GuardrailSettings } from './settings.ts';

export type GuardrailDeps = {
  /** Called with tree names too. */
  readonly git: Pick<GitReader, 'readFile' | 'list'>;
  readonly registry: Registry;
  readonly syntax: Pick<SyntaxComparer, 'capabilities'>;
  readonly tests: TestRunner;
  readonly clock: Clock;
  /** After a cheap guardrail failed, the dearer ones are not run. Default true. */
  readonly stopEarly?: boolean;
  readonly onGuardrail?: (result: GuardrailResult) => void;
};

/** Answers `done` whatever the verdict is: the policy stage acts on it. */
export async function runGuardrails(
  deps: GuardrailDeps,
  settings: GuardrailSettings,
  context: Pick<StageContext, 'results' | 'now'>,
): Promise<StageOutcome<GuardrailsReport>> {
  const classification = context.results.classify;
  if (classification === undefined) throw new Error('guardrails ran before classify');
  return { kind: 'done', data: await checkChange(deps, settings, { classification, now: context.now }) };
}

type Change = { readonly classification: Classification; readonly now: Date };

type Found = { -readonly [Name in FactName]?: Facts[Name] };

/** Gathers facts in phases, cheapest first; in each phase the guardrails that need its fact check what is there. */
export async function checkChange(
  deps: GuardrailDeps,
  settings: GuardrailSettings,
  change: Change,
  guardrails: readonly Guardrail[] = allGuardrails,
): Promise<GuardrailsReport> {
  const found: Found = {};
  const faults = new Map<FactName, Fault>();
  const results = new Map<string, GuardrailResult>();
  for (const phase of factNames) {
    const started = deps.clock.monotonicMs();
    const failed = [...results.values()].find((result) => result.verdict === 'fail');
    const cause = causes[phase];
    const earlier = cause && faults.get(cause);
    const stopped = failed !== undefined && deps.stopEarly !== false ? notRun(failed) : earlier;
    const fault =
      stopped !== undefined
        ? stopped
        : await gather[phase]({ deps, settings, change, found }).then(() => undefined, faultOf);
    if (fault !== undefined) faults.set(phase, fault);
    for (const each of guardrails.filter(({ needs }) => dearest(needs) === phase)) {
      const finding = check(each, found, faults);
      const result = { name: each.name, ...finding, ms: Math.round(deps.clock.monotonicMs() - started) };
      results.set(each.name, result);
      deps.onGuardrail?.(result);
    }
  }
  const ordered = guardrails.flatMap((each) => results.get(each.name) ?? []);
  return { verdict: overallVerdict(ordered), results: ordered };
}

/** What is asked there comes from the fact named here: its fault is the cause. */
const causes: Partial<Record<FactName, FactName>> = { registry: 'lock', contents: 'registry' };

type Gathering = {
  readonly deps: GuardrailDeps;
  readonly settings: GuardrailSettings;
  readonly change: Change;
  readonly found: Found;
};

const gather: Readonly<Record<FactName, (to: Gathering) => Promise<void>>> = {
  async diff({ settings, change, found }) {
    found.diff = { ...change.classification, limits: settings.scope };
  },
  async lock({ deps, settings, change, found }) {
    const { base, tree } = change.classification;
    const [before, after] = await Promise.all([readLock(deps, base), readLock(deps, tree)]);
    const manifests = await readManifests(deps, tree, after);
    // A change that brings no package asks nothing of the registry: it may be down.
    const asks = after !== undefined && newEntries(before, after).length > 0;
    const origins = asks ? await deps.registry.origins() : [];
    found.lock = {
      base: before,
      head: after,
      manifests,
      origins: [...settings.registry.allowed, ...origins],
    };
  },
  async registry({ deps, settings, change, found }) {
    if (found.lock === undefined) throw new Error('the lockfiles were not gathered');
    const { wanted, ...inquiry } = inquiryOf(found.lock);
    const versions = await lookUpAll(deps.registry, wanted);
    const { packages } = change.classification;
    found.registry = { packages, ...inquiry, versions, ages: agesOf(settings, change.now) };
  },
  async contents({ deps, found }) {
    if (found.registry === undefined) throw new Error('the registry was not asked');
    found.contents = await compareContents(deps, found.registry);
  },
  async tests({ deps, settings, change, found }) {
    const { test } = settings.commands;
    const { class: changeClass, base, tree: head } = change.classification;
    // Class `other` may change tests, and a person sees it; for all others the base's tests are the judge.
    const judgedBy = changeClass === 'other' ? 'own' : 'base';
    if (test === null) {
      found.tests = { configured: false };
      return;
    }
    const edits = await readEdits(deps.git, change.classification);
    const compared = await deps.tests.compare({ ...settings.commands, test }, { base, head, judgedBy });
    found.tests = { configured: true, class: changeClass, edits, ...compared };
  },
};

/** Rejects with `lockfile.invalid`. */
async function readLock({ git }: GuardrailDeps, commit: Sha): Promise<Lockfile | undefined> {
  const bytes = await git.readFile(commit, 'package-lock.json');
  return bytes && parseLockfile(bytes.toString('utf8'));
}

/** Rejects with `manifest.invalid`. */
async function readManifests(
  { git }: GuardrailDeps,
  tree: Sha,
  lockfile: Lockfile | undefined,
): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  for (const { folder, path } of projectManifests(lockfile)) {
    const bytes = await git.readFile(tree, path);
    if (bytes !== undefined) manifests.set(folder, parseManifest(bytes.toString('utf8'), path));
  }
  return manifests;
}

const lookUpsAtOnce = 6;

/** Rejects with `registry.unreachable` or `registry.invalid`. */
async function lookUpAll(
  registry: Registry,
  wanted: ReadonlyMap<string, { readonly name: string; readonly version: string }>,
): Promise<ReadonlyMap<string, VersionFacts>> {
  const versions = new Map<string, VersionFacts>();
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [key, { name, version }] = next;
      versions.set(key, await lookUp(registry, name, version));
    }
  };
  await Promise.all(Array.from({ length: lookUpsAtOnce }, work));
  return versions;
}

async function lookUp(registry: Registry, name: string, version: string): Promise<VersionFacts> {
  const described = await registry.describe(name);
  const listed = described?.versions.find((each) => each.version === version);
  const manifest = listed === undefined ? undefined : await registry.manifest(name, version);
  return { publishedAt: listed?.publishedAt, manifest };
}
