import type { Observation } from '../../../domain/behaviour.ts';
import type { PackageChange } from '../../../domain/change.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { type Facts, type Finding, guardrail, type LockFacts } from '../facts.ts';
import { joinAmplified, judgeAmplified } from './amplified.ts';
import { type Compared, compareBehaviour } from './compare.ts';
import { judgeOwn } from './own-code.ts';
import { joinProduction, judgeProduction } from './production.ts';
import { cut, finding, row, shown, tableOf } from './told.ts';

type Observed = Extract<Observation, { kind: 'observed' }>;
type Updated = PackageChange & { readonly from: string; readonly to: string };

/**
 * A client meets the same behaviour from the new version of a package as from the old one, while its own tests run and where
 * production calls it.
 */
export const characterization = guardrail(
  'characterization',
  ['lock', 'registry', 'tests', 'replayed', 'amplified'],
  (facts) => {
    const seen = joinProduction(judgeTests(facts), judgeProduction(facts.replayed));
    return joinAmplified(seen, judgeAmplified(facts.amplified));
  },
);

/** What the tests alone say. */
export function judgeTests({ lock, registry, tests }: Pick<Facts, 'lock' | 'registry' | 'tests'>): Finding {
  const updated = registry.packages.filter(isUpdate);
  if (!tests.configured) return finding('not-configured', 'not-configured', 'No test command is configured.');
  const { observed } = tests;
  if (tests.class === 'revert')
    return finding('pass', 'revert', 'A revert brings back what ran before: it is meant to differ.');
  if (tests.own !== undefined) return judgeOwn(tests.own, tests.class);
  if (observed === undefined && updated.length > 0)
    return finding('pass', 'own-code', 'The project changes too, so that no package can be compared alone.');
  if (observed === undefined)
    return finding('pass', 'nothing-to-observe', 'No package has a new version to compare with its old one.');
  if (observed.kind === 'disturbed')
    return finding('abstain', 'disturbed', 'The tests pass, but not while packages are being watched.');
  return observed.kind === 'observed'
    ? judge(observed, updated, lock)
    : finding('abstain', 'not-run', 'The tests do not pass, so there is nothing to compare.');
}

export function isUpdate(change: PackageChange): change is Updated {
  return change.from !== null && change.to !== null && change.from !== change.to;
}

function judge(observed: Observed, updated: readonly Updated[], lock: LockFacts): Finding {
  const compared = compareBehaviour(observed.base, observed.head);
  const versions = new Map(updated.map(({ name, from, to }) => [name, `${name}@${from} -> ${to}`]));
  return (
    differs(compared, versions) ?? doubt({ observed, updated, lock, compared }) ?? same(compared, updated)
  );
}

function differs(
  { differences, coverage }: Compared,
  versions: ReadonlyMap<string, string>,
): Finding | undefined {
  const [worst] = differences;
  if (worst === undefined) return undefined;
  const what = `${worst.call} (${worst.facet}): old ${worst.old}, new ${worst.new}`;
  const more = differences.length === 1 ? '' : ` (and ${differences.length - 1} more)`;
  const reason = `${versions.get(worst.package) ?? worst.package}: ${cut(what)}${more}.`;
  // Reading more or less of an argument may change nothing that anybody sees.
  const verdict = worst.kind === 'reads' ? 'abstain' : 'fail';
  return finding(verdict, worst.kind === 'reads' ? 'reads-differ' : `${worst.kind}-differs`, reason, {
    differences: differences.slice(0, shown).map(row),
    count: differences.length,
    coverage: tableOf(coverage),
  });
}

type Doubted = {
  readonly observed: Observed;
  readonly updated: readonly Updated[];
  readonly lock: LockFacts;
  readonly compared: Compared;
};

/** Seeing no difference counts only where something was seen. */
function doubt({ observed, updated, lock, compared }: Doubted): Finding | undefined {
  const { coverage } = compared;
  const evidence = { coverage: tableOf(coverage) };
  const runs = [...observed.base, observed.head];
  const gaps = [...new Set(runs.flatMap((run) => run.gaps))].slice(0, shown).map(printable);
  if (gaps.length > 0)
    return finding('abstain', 'truncated', `Not all behaviour was recorded: ${gaps.join(', ')}.`, evidence);
  for (const { name, from, to, direct } of updated) {
    const key = `${name}@${from} -> ${to}`;
    const count = coverage.get(name);
    const loads = runs.flatMap((run) => run.loads.filter((load) => load.package === name));
    if (direct && isProduction(lock, name) && !loads.some(({ by }) => by === undefined)) {
      return finding(
        'abstain',
        'not-loaded',
        `${key}: no test loads it, and the project depends on it.`,
        evidence,
      );
    }
    if (loads.length === 0 || (count?.compared ?? 0) > 0) continue;
    return (count?.masked ?? 0) > 0
      ? finding(
          'abstain',
          'all-masked',
          `${key}: what it does differs from run to run of the old version.`,
          evidence,
        )
      : finding('abstain', 'not-exercised', `${key}: tests load it, and call nothing of it.`, evidence);
  }
  return undefined;
}

function isProduction(lock: LockFacts, name: string): boolean {
  return [...lock.manifests.values()].some(({ sections }) => sections.dependencies.has(name));
}

function same({ coverage }: Compared, updated: readonly Updated[]): Finding {
  const total = [...coverage.values()].reduce((sum, { compared }) => sum + compared, 0);
  const evidence = { coverage: tableOf(coverage), packages: updated.length };
  if (total === 0) return finding('pass', 'not-reached', 'No test reaches a package that changes.', evidence);
  const reason = `${counted(total, 'call does', 'calls do')} with the new versions what they did with the old.`;
  return finding('pass', 'same', reason, evidence);
}
