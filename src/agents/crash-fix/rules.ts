import { type AttemptEnd, mostMended } from '../../domain/crash-fix.ts';
import { isGeneratedPath, isSourcePath, isToolFile } from '../../domain/path-kinds.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import { isTestFile } from '../../domain/test-file.ts';

/** Whether a fix may touch it: code that runs in production, never tests, settings or rules. */
export function mayMend(path: string): boolean {
  const parts = path.split('/');
  const isHidden = parts.some((part) => part.startsWith('.') || part === 'node_modules' || part === '');
  if (isHidden || path.startsWith('/') || !isSourcePath(path)) return false;
  return !isTestFile(path) && !isToolFile(path) && !isGeneratedPath(path);
}

const mostSample = 512 * 1024;

/** Why what a model made is not even tried; undefined: it may be. `texts`: the files that it was asked about, as they are. */
export function sampleFault(
  made: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): string | undefined {
  if (made.size > mostMended.files) return `It changes ${made.size} files, over ${mostMended.files}.`;
  for (const [path, text] of made) {
    if (!texts.has(path) || !mayMend(path)) return `It touches ${JSON.stringify(path)}.`;
    if (text.length > mostSample) return 'It is too long.';
    if (text.includes('\0')) return 'It is no text.';
  }
  const isSame = [...made].every(([path, text]) => texts.get(path) === text);
  return isSame ? 'It changes nothing.' : undefined;
}

type Named = readonly { readonly name: string; readonly state: string }[];

/** How often a test of each name passed. */
function passes(tests: Named): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, state } of tests) if (state === 'ok') counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export function namesOf(run: TestRun, state: string): readonly string[] | undefined {
  const tests = run.kind === 'ran' ? run.report?.tests : undefined;
  return tests && [...new Set(tests.filter((test) => test.state === state).map(({ name }) => name))];
}

/** What a run says, where the tests of these names shall pass (undefined: where it names none, all); undefined: they do. */
export function stillWrong(run: TestRun, names: readonly string[] | undefined): End | undefined {
  if (run.kind === 'limit') return { end: 'not-measured', detail: `limit of ${run.limit} in ${run.phase}` };
  if (run.kind !== 'ran') return { end: 'not-built', detail: lastLine(run.tail) };
  if (names === undefined)
    return run.code === 0 ? undefined : { end: 'still-red', detail: lastLine(run.tail) };
  const tests = run.report?.tests;
  if (tests === undefined) return { end: 'still-red', detail: lastLine(run.tail) };
  const [red, passed] = [namesOf(run, 'not-ok') ?? [], passes(tests)];
  const left = names.find((name) => red.includes(name) || !passed.has(name));
  return left === undefined ? undefined : { end: 'still-red', detail: `${left} does not pass` };
}

export type End = { readonly end: AttemptEnd; readonly detail: string };

/** What passed before and does not now; undefined: nothing. A run that names no tests must be green as a whole. */
export function broken(before: TestRun, after: TestRun): End | undefined {
  if (after.kind !== 'ran') return stillWrong(after, undefined);
  const [old, now] = [before.kind === 'ran' ? before.report : undefined, after.report];
  if (old === undefined || now === undefined || !now.complete)
    return { end: 'not-measured', detail: 'no whole report of its tests can be read' };
  if (old.tests === undefined || now.tests === undefined) {
    const isGreen = after.code === 0 && now.counts['not-ok'] === 0 && now.counts.ok > old.counts.ok;
    return isGreen ? undefined : { end: 'breaks-tests', detail: `${now.counts.ok} of ${old.counts.ok} pass` };
  }
  const passed = passes(now.tests);
  const lost = [...passes(old.tests)].find(([name, times]) => (passed.get(name) ?? 0) < times);
  const fell = lost === undefined ? newlyRed(before, after) : lost[0];
  return fell === undefined ? undefined : { end: 'breaks-tests', detail: `${fell} passed before` };
}

function newlyRed(before: TestRun, after: TestRun): string | undefined {
  const red = namesOf(before, 'not-ok') ?? [];
  return namesOf(after, 'not-ok')?.find((name) => !red.includes(name));
}

function lastLine(tail: string): string {
  return (tail.trim().split('\n').at(-1) ?? '').slice(0, 200);
}
