import { countStates, type TestReport, type TestRun } from '../../../domain/test-comparison.ts';

/** A test that people know to be flaky, by its full name, until a day that they set. */
export type Quarantine = {
  /** As reports name it: groups and test, joined by ` > `. */
  readonly test: string;
  /** RFC 3339. */
  readonly until: string;
};

/** The names whose quarantine has not ended. */
export function quarantinedAt(list: readonly Quarantine[], now: Date): ReadonlySet<string> {
  return new Set(list.filter(({ until }) => now < new Date(until)).map(({ test }) => test));
}

/**
 * The run as it is without those tests. It counts as green when they alone failed, in a report that is whole: an exit code
 * that something else may have set is left as it is.
 */
export function withoutQuarantined(run: TestRun, names: ReadonlySet<string>): TestRun {
  const all = run.kind === 'ran' ? run.report?.tests : undefined;
  if (run.kind !== 'ran' || run.report === undefined || all === undefined || names.size === 0) return run;
  const tests = all.filter(({ name }) => !names.has(name));
  const report: TestReport = { ...run.report, tests, counts: countStates(tests) };
  const failed = all.filter(({ state }) => state === 'not-ok');
  const explained = failed.length > 0 && failed.every(({ name }) => names.has(name)) && report.complete;
  return { ...run, report, code: explained ? 0 : run.code };
}

/** The tests that fail in one run and pass in another of the same code. */
export function flakesOf(one: TestRun, other: TestRun | undefined): readonly string[] {
  const [failed, passed] = [namesOf(one, 'not-ok'), other === undefined ? [] : namesOf(other, 'ok')];
  const known = new Set(passed);
  return failed.filter((name) => known.has(name));
}

function namesOf(run: TestRun, wanted: 'ok' | 'not-ok'): readonly string[] {
  const tests = run.kind === 'ran' ? (run.report?.tests ?? []) : [];
  return tests.filter(({ state }) => state === wanted).map(({ name }) => name);
}
