import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Classification, GuardrailsReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import { type GuardrailResult, overallVerdict } from '../../domain/verdict.ts';
import { allGuardrails } from './all.ts';
import {
  type AgeRules,
  type FactName,
  type Facts,
  type Finding,
  factNames,
  type Guardrail,
} from './facts.ts';
import { gatherLock, gatherRegistry } from './gather-packages.ts';
import type { GuardrailDeps, GuardrailSettings } from './settings.ts';
import { runTests } from './tests/run-tests.ts';

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
    // What the registry is asked comes from the lockfiles: their fault is the cause.
    const earlier = phase === 'registry' ? faults.get('lock') : undefined;
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
    found.lock = await gatherLock(deps, change.classification, settings.registry.allowed);
  },
  async registry({ deps, settings, change, found }) {
    if (found.lock === undefined) throw new Error('the lockfiles were not gathered');
    const ages = agesOf(settings, change.now);
    found.registry = await gatherRegistry(deps.registry, found.lock, change.classification.packages, ages);
  },
  async tests({ deps, settings, change, found }) {
    found.tests = await runTests(deps, settings.commands, change.classification);
  },
};

/** Counting from a moment to come would make everything older than it is. */
function agesOf({ registry }: GuardrailSettings, now: Date): AgeRules {
  const before = registry.before === null ? now : new Date(registry.before);
  return { minimumAgeDays: registry.minimumAgeDays, asOf: before < now ? before : now };
}

function dearest(needs: readonly FactName[]): FactName {
  return factNames.findLast((name) => needs.includes(name)) ?? 'diff';
}

type Fault = Pick<Finding, 'verdict' | 'code' | 'reason'>;

function notRun(failed: GuardrailResult): Fault {
  return {
    verdict: 'abstain',
    code: 'guardrails.not-run',
    reason: `Not run, because ${failed.name} had failed (${failed.code}).`,
  };
}

/** What could not be found out is for a person; what cannot be read as it stands is refused. Never a pass. */
function faultOf(error: unknown): Fault {
  const code = error instanceof AutolandError ? error.code : 'guardrails.error';
  const unreadable = code === 'lockfile.invalid' || code === 'manifest.invalid';
  return { verdict: unreadable ? 'fail' : 'abstain', code, reason: messageOf(error).slice(0, 1000) };
}

function check(guardrail: Guardrail, found: Found, faults: ReadonlyMap<FactName, Fault>): Finding {
  try {
    const finding = guardrail.check(found);
    if (finding !== undefined) return finding;
  } catch (error) {
    return { ...faultOf(error), evidence: {} };
  }
  const fault = guardrail.needs.flatMap((need) => faults.get(need) ?? [])[0];
  const missing: Fault = {
    verdict: 'abstain',
    code: 'guardrails.error',
    reason: 'A fact that it needs is missing.',
  };
  return { ...(fault ?? missing), evidence: {} };
}
