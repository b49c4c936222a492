import type { TestReport, TestRun } from '../../../domain/test-comparison.ts';
import { counted } from '../../../domain/words.ts';
import type { Finding, TestFacts } from '../facts.ts';
import { flakesOf } from './quarantine.ts';

export type Compared = Extract<TestFacts, { configured: true }>;
/** undefined: nothing to say against the change. */
export type Rule = (runs: Compared) => Finding | undefined;

/** The branch was red, and what undoes one of its commits is green. */
export function mends({ class: changeClass, base, head }: Compared): boolean {
  const isRed = base.kind === 'build-failed' || (base.kind === 'ran' && base.code !== 0);
  return changeClass === 'revert' && isRed && head.kind === 'ran' && head.code === 0;
}

/** A base that cannot be measured says nothing of the head. */
const baseRuns: Rule = (runs) => {
  if (mends(runs)) return undefined;
  const { base } = runs;
  if (base.kind === 'limit') return overLimit('base', base);
  if (base.kind !== 'ran')
    return finding('abstain', 'tests.base-red', `The base does not get as far as its tests: ${base.kind}.`, {
      output: base.tail,
    });
  const failed = base.code !== 0 || (base.report?.counts['not-ok'] ?? 0) > 0;
  return failed
    ? finding('abstain', 'tests.base-red', `The tests fail on the base already (exit code ${base.code}).`, {
        output: base.tail,
      })
    : undefined;
};

const headRuns: Rule = ({ head }) => {
  if (head.kind === 'limit') return overLimit('head', head);
  if (head.kind === 'ran') return undefined;
  const reason = head.kind === 'install-failed' ? 'Installing the head fails' : 'Building the head fails';
  return finding('fail', `tests.${head.kind}`, `${reason} (exit code ${head.code}).`, { output: head.tail });
};

const headGreen: Rule = ({ head, rerun }) => {
  if (head.kind !== 'ran' || head.code === 0) return undefined;
  if (rerun?.kind === 'ran' && rerun.code === 0) {
    const flakes = flakesOf(head, rerun);
    const named = flakes.length === 0 ? 'A test' : `"${flakes.slice(0, 3).join('", "')}"`;
    const reason = `${named} fails on the head and passes when run again.`.slice(0, 500);
    return finding('abstain', 'tests.flaky', reason, { output: head.tail });
  }
  return finding('fail', 'tests.failed', `The tests fail on the head (exit code ${head.code}).`, {
    output: head.tail,
  });
};

const baseCounts: Rule = (runs) => {
  const [side, run] = mends(runs) ? ['head', runs.head] : ['base', runs.base];
  const report = reportOf(run);
  if (report === undefined || !report.complete) {
    const reason = `How many tests ran on the ${side} cannot be read${unreadOf(run) ?? ' from its output'}.`;
    return finding('abstain', 'tests.no-counts', reason, {});
  }
  return report.counts.ok === 0
    ? finding('abstain', 'tests.none', `No test passes on the ${side}: nothing to compare.`, {})
    : undefined;
};

const headComplete: Rule = ({ base, head }) => {
  const [before, after] = [reportOf(base), reportOf(head)];
  if (after === undefined) {
    const reason = `The head exits 0 without a word of its tests${unreadOf(head) ?? ''}.`;
    return finding('fail', 'tests.incomplete', reason, {});
  }
  if (!after.complete) {
    return finding('fail', 'tests.incomplete', 'The head exits 0 before its test plan is finished.', {});
  }
  if (after.counts['not-ok'] > 0) {
    return finding(
      'fail',
      'tests.exit-lies',
      `${after.counts['not-ok']} tests fail on the head, and it exits 0.`,
      {},
    );
  }
  // `node --test` reports a file that ended before any of its tests was done as one passing test named like the file.
  const known = new Set(before?.tests?.map((test) => test.name));
  const hollow = after.tests?.find((test) => /\.[cm]?[jt]sx?$/.test(test.name) && !known.has(test.name));
  return (
    hollow && finding('fail', 'tests.incomplete', `${hollow.name} ends before its tests on the head.`, {})
  );
};

/** Code under test may print what looks like a summary, or like one more of them. */
const sameDocuments: Rule = (runs) => {
  // What ended early has fewer.
  if (mends(runs)) return undefined;
  const { base, head } = runs;
  const [before, after] = [reportOf(base), reportOf(head)];
  if (before === undefined || after === undefined) return undefined;
  if (before.documents === after.documents && before.format === after.format) return undefined;
  const told = ({ documents, format }: TestReport) => `${documents} (${format})`;
  const reason = `The summaries of tests are ${told(after)} on the head, ${told(before)} on the base: which of them count is unknown.`;
  return finding('abstain', 'tests.summaries-differ', reason, {});
};

const countKept: Rule = ({ class: changeClass, base, head }) => {
  // What it undoes may have brought tests.
  if (changeClass === 'revert') return undefined;
  const [before, after] = [reportOf(base)?.counts, reportOf(head)?.counts];
  if (before === undefined || after === undefined) return undefined;
  const skipped = { from: before.skip + before.todo, to: after.skip + after.todo };
  if (skipped.to > skipped.from) {
    return finding(
      'fail',
      'tests.skipped',
      `${skipped.to} tests are skipped on the head, ${skipped.from} on the base.`,
      {},
    );
  }
  return after.ok < before.ok
    ? finding(
        'fail',
        'tests.count-fell',
        `${counted(after.ok, 'test passes', 'tests pass')} on the head, ${before.ok} on the base.`,
        {},
      )
    : undefined;
};

const namesKept: Rule = ({ class: changeClass, base, head }) => {
  if (changeClass === 'revert') return undefined;
  const [before, after] = [reportOf(base)?.tests, reportOf(head)?.tests];
  if (before === undefined || after === undefined) return undefined;
  const passing = after.filter((test) => test.state === 'ok').map((test) => test.name);
  const left = new Map<string, number>();
  for (const name of passing) left.set(name, (left.get(name) ?? 0) + 1);
  const missing = before.filter((test) => {
    if (test.state !== 'ok') return false;
    const count = left.get(test.name) ?? 0;
    left.set(test.name, count - 1);
    return count <= 0;
  });
  const skipped = missing.find((test) => after.some((now) => now.name === test.name && now.state !== 'ok'));
  if (skipped !== undefined)
    return finding('fail', 'tests.skipped', `"${skipped.name}" is skipped on the head.`, {});
  // Names may hold a port or a date: that is for a person to see.
  return missing.length === 0
    ? undefined
    : finding(
        'abstain',
        'tests.names-differ',
        `${missing.length} tests of the base are not among those of the head.`,
        {
          missing: shown(missing.map(({ name }) => name)),
        },
      );
};

/** In the order in which they speak. */
export const rules: readonly Rule[] = [
  baseRuns,
  headRuns,
  headGreen,
  baseCounts,
  headComplete,
  countKept,
  sameDocuments,
  namesKept,
];

function overLimit(side: string, run: Extract<TestRun, { kind: 'limit' }>): Finding {
  const reason = `The ${run.phase} of the ${side} went over its limit of ${run.limit}.`;
  return finding('abstain', `tests.limit-${run.limit}`, reason, {});
}

export function reportOf(run: TestRun): TestReport | undefined {
  return run.kind === 'ran' ? run.report : undefined;
}

function unreadOf(run: TestRun): string | undefined {
  return run.kind === 'ran' && run.unread !== undefined ? `: ${run.unread}` : undefined;
}

export function finding(
  verdict: Finding['verdict'],
  code: string,
  reason: string,
  evidence: Finding['evidence'],
): Finding {
  return { verdict, code, reason, evidence };
}

function shown(names: readonly string[]): readonly string[] {
  return names.slice(0, 10).map((name) => name.slice(0, 200));
}
