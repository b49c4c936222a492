import type { TestCase } from '../../../domain/off-tests.ts';
import {
  type FailingTests,
  failingTests,
  firstDifference,
  namedTests,
} from '../../../flag-off/off-tests/failing.ts';
import { ReportNames } from '../../../flag-off/off-tests/report-names.ts';
import type { Finding } from '../facts.ts';
import { finding, type Rule } from './rules.ts';

type Found = Extract<FailingTests, { kind: 'found' }>;
type Taken = { readonly test: TestCase; readonly name: string | undefined };

/** Each test that goes fails with the flag on, in two runs, and no other one goes or is not as it was. */
export const offTestsFail: Rule = ({ offTests, head }) => {
  if (offTests === undefined) return undefined;
  const found = failingTests(offTests.onHead);
  if (found.kind === 'unclear')
    return doubt(
      found.word === 'flaky' ? 'tests.flaky' : unclear,
      `Which tests describe the flag off is not known: ${found.why}.`,
    );
  const names = new ReportNames(found.all.map(({ name }) => name));
  const taken = offTests.cases.map((test) => ({ test, name: names.of(test) }));
  return passing(taken, found) ?? unknown(taken) ?? others(taken, found, namedTests(head) ?? []);
};

const unclear = 'tests.off-tests-unclear';

function passing(taken: readonly Taken[], { failing }: Found): Finding | undefined {
  const found = taken.find(({ name }) => name !== undefined && !failing.includes(name));
  const reason = `${found && described(found.test)} goes, and it passes with the flag on.`;
  return found && finding('fail', 'tests.off-test-passes', reason, {});
}

function unknown(taken: readonly Taken[]): Finding | undefined {
  const lost = taken.find(({ name }) => name === undefined);
  if (lost !== undefined)
    return doubt(unclear, `${described(lost.test)} goes, and no test that ran is told by that name alone.`);
  const twice = taken.find(({ name }, at) => taken.some((other, place) => place < at && other.name === name));
  return twice && doubt(unclear, `${described(twice.test)} goes, and so does another one of its name.`);
}

function others(taken: readonly Taken[], { all }: Found, now: Found['all']): Finding | undefined {
  const gone = new Set(taken.map(({ name }) => name));
  const rest = all.filter(({ name }) => !gone.has(name));
  const other = firstDifference(rest, now);
  if (other === undefined) return undefined;
  const reason = `"${other}" is no test that goes, and is not among those of the head as it was.`;
  const isLost = now.length < rest.length;
  return isLost
    ? finding('fail', 'tests.count-fell', reason.slice(0, 500), {})
    : doubt('tests.names-differ', reason);
}

function described({ path, line, titles }: TestCase): string {
  return `"${titles.join(' > ')}" (${path}:${line})`.slice(0, 400);
}

function doubt(code: string, reason: string): Finding {
  return finding('abstain', code, reason.slice(0, 500), {});
}
