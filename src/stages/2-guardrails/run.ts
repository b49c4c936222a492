import type { GuardrailsReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import { type GuardrailResult, overallVerdict } from '../../domain/verdict.ts';
import type { Attestor } from '../../ports/attestor.ts';
import { allGuardrails } from './all.ts';
import { check, type Fault, faultOf, notRun } from './check.ts';
import type { FactName, Facts, Guardrail } from './facts.ts';
import { gatherAdvisories } from './run-advisories.ts';
import { gatherAmplified } from './run-amplified.ts';
import { gatherApi } from './run-api.ts';
import { attestReport } from './run-attest.ts';
import { gatherBuild } from './run-build.ts';
import { gatherContents } from './run-contents.ts';
import { gatherCritical } from './run-critical.ts';
import { gatherDiff } from './run-diff.ts';
import { gatherDocuments } from './run-documents.ts';
import { gatherDrivers } from './run-drivers.ts';
import { gatherFlags } from './run-flags.ts';
import { gatherHistory } from './run-history.ts';
import { gatherLint } from './run-lint.ts';
import { gatherLock } from './run-lock.ts';
import { gatherMutation } from './run-mutation.ts';
import { gatherOwnApi } from './run-own.ts';
import { gatherPackageProofs } from './run-package-proofs.ts';
import type { CheckedChange, Gatherer, Gathering, GuardrailDeps } from './run-ports.ts';
import { gatherProved } from './run-proved.ts';
import { gatherRegistry } from './run-registry.ts';
import { gatherReplayed } from './run-replayed.ts';
import { gatherReproduced } from './run-reproduced.ts';
import { gatherSecrets } from './run-secrets.ts';
import { gatherTests } from './run-tests.ts';
import { gatherTexts } from './run-texts.ts';
import { runTasks } from './schedule.ts';
import type { GuardrailSettings } from './settings.ts';

export type { CheckedChange, GuardrailDeps } from './run-ports.ts';

/** How each fact is found out. Heavy ones are gathered in this order. */
const gatherers: { readonly [Name in FactName]: Gatherer<Name> } = {
  diff: gatherDiff,
  texts: gatherTexts,
  lock: gatherLock,
  registry: gatherRegistry,
  packageProofs: gatherPackageProofs,
  advisories: gatherAdvisories,
  contents: gatherContents,
  secrets: gatherSecrets,
  documents: gatherDocuments,
  history: gatherHistory,
  flags: gatherFlags,
  critical: gatherCritical,
  proved: gatherProved,
  lint: gatherLint,
  api: gatherApi,
  ownApi: gatherOwnApi,
  replayed: gatherReplayed,
  tests: gatherTests,
  reproduced: gatherReproduced,
  amplified: gatherAmplified,
  build: gatherBuild,
  mutation: gatherMutation,
  drivers: gatherDrivers,
};

/** Answers `done` whatever the verdict is: the policy stage acts on it. */
export async function runGuardrails(
  deps: GuardrailDeps & { readonly attestor: Attestor },
  settings: GuardrailSettings,
  ctx: Pick<StageContext, 'id' | 'results' | 'proposal' | 'now' | 'note'>,
): Promise<StageOutcome<GuardrailsReport>> {
  const classification = ctx.results.classify;
  if (classification === undefined) throw new Error('guardrails ran before classify');
  const { id, proposal, now } = ctx;
  const report = await checkChange(deps, settings, { id, classification, proposal, now });
  const attestations = await attestReport(deps.attestor, ctx, classification, report);
  return { kind: 'done', data: { ...report, attestations } };
}

/** Gathers the facts that the guardrails need, and asks each guardrail as soon as its facts are there. */
export async function checkChange(
  deps: GuardrailDeps,
  settings: GuardrailSettings,
  change: CheckedChange,
  guardrails: readonly Guardrail[] = allGuardrails,
): Promise<GuardrailsReport> {
  const run = new Run({ deps, settings, change }, guardrails);
  const names = wanted(guardrails.flatMap(({ needs }) => needs));
  const costOf = ({ cost }: Gatherer<FactName>) => (cost === 'aside' && !deps.beginEarly ? 'heavy' : cost);
  const tasks = names.map((name) => ({
    name,
    needs: gatherers[name].needs,
    cost: costOf(gatherers[name]),
    run: () => run.gather(name),
  }));
  const asked = { deps, settings, change, found: {} };
  const begun = deps.beginEarly ? names.flatMap((name) => gatherers[name].begin?.(asked) ?? []) : [];
  try {
    await runTasks(tasks, deps.heavyAtOnce ?? 1);
    return run.report();
  } finally {
    await Promise.all(begun.map((each) => each.discard()));
  }
}

/** With all that they stand on, in the order of the table. */
function wanted(names: readonly FactName[]): readonly FactName[] {
  const all = new Set(names);
  for (const name of all) for (const need of gatherers[name].needs) all.add(need);
  return (Object.keys(gatherers) as FactName[]).filter((name) => all.has(name));
}

type Asked = { readonly deps: GuardrailDeps } & Omit<Gathering, 'deps' | 'found'>;

class Run {
  readonly #asked: Asked;
  readonly #guardrails: readonly Guardrail[];
  readonly #found: { -readonly [Name in FactName]?: Facts[Name] } = {};
  readonly #faults = new Map<FactName, Fault>();
  readonly #took = new Map<FactName, number>();
  readonly #results = new Map<string, GuardrailResult>();

  constructor(asked: Asked, guardrails: readonly Guardrail[]) {
    this.#asked = asked;
    this.#guardrails = guardrails;
  }

  async gather<Name extends FactName>(name: Name): Promise<void> {
    const { deps } = this.#asked;
    const started = deps.clock.monotonicMs();
    const fault = this.#obstacle(name) ?? (await this.#ask(name).then(() => undefined, faultOf));
    if (fault !== undefined) this.#faults.set(name, fault);
    this.#took.set(name, deps.clock.monotonicMs() - started);
    for (const each of this.#guardrails) if (this.#isDue(each)) this.#check(each);
  }

  report(): GuardrailsReport {
    const ordered = this.#guardrails.flatMap((each) => this.#results.get(each.name) ?? []);
    return { verdict: overallVerdict(ordered), results: ordered };
  }

  /** Why a fact cannot be found out: the fault of what it stands on, or a failure that makes it pointless. */
  #obstacle(name: FactName): Fault | undefined {
    const { needs, cost } = gatherers[name];
    const cause = needs.flatMap((need) => this.#faults.get(need) ?? [])[0];
    if (cause !== undefined || cost === 'light' || this.#asked.deps.stopEarly === false) return cause;
    const failed = [...this.#results.values()].find(({ verdict }) => verdict === 'fail');
    return failed && notRun(failed);
  }

  async #ask<Name extends FactName>(name: Name): Promise<void> {
    const { deps, ...asked } = this.#asked;
    deps.onFact?.(name, 'started');
    try {
      // No obstacle: each fact that it needs is there.
      const found = this.#found as Facts;
      this.#found[name] = await gatherers[name].gather({ ...asked, deps, found });
    } finally {
      deps.onFact?.(name, 'done');
    }
  }

  #isDue({ name, needs }: Guardrail): boolean {
    return !this.#results.has(name) && needs.every((need) => this.#took.has(need));
  }

  #check(guardrail: Guardrail): void {
    const finding = check(guardrail, this.#found, this.#faults);
    const ms = Math.round(Math.max(0, ...guardrail.needs.map((need) => this.#took.get(need) ?? 0)));
    const result = { name: guardrail.name, ...finding, ms };
    this.#results.set(guardrail.name, result);
    this.#asked.deps.onGuardrail?.(result);
  }
}
