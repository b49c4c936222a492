import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { CrashCall, FixSearch, ReproducingTest } from '../../domain/crash-fix.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { TestCommands, TestMeasurer } from '../../ports/test-runner.ts';
import { namesOf, stillWrong } from './rules.ts';
import { testsOfCall } from './run-form.ts';

export type ReproduceDeps = {
  readonly git: GitInbox & Pick<GitReader, 'readFile' | 'list'>;
  readonly tests: TestMeasurer;
};

export type Asked = {
  readonly crash: Crash;
  readonly tip: Sha;
  readonly commands: TestCommands;
  readonly reproducing?: ReproducingTest | undefined;
  readonly call?: CrashCall | undefined;
};

/** The tip with the test that shows the crash, and what was measured of it. */
export type Shown = {
  readonly by: NonNullable<FixSearch['reproducedBy']>;
  /** What was put beside the project's own; empty: it is there already. */
  readonly test: ReproducingTest['files'];
  readonly base: Sha;
  /** Runs the reproducing tests alone, where that can be done. */
  readonly alone: TestCommands;
  /** Runs all the project's tests; the same where nothing else runs them alone. */
  readonly all: TestCommands;
  /** Those that shall pass; undefined: the run names none. */
  readonly names: readonly string[] | undefined;
  /** All the project's tests. */
  readonly whole: TestRun;
};

export type Ended = NonNullable<FixSearch['ended']>;

/** A crash that nothing shows is for a person: what does not fail before proves nothing after. */
export async function showCrash(deps: ReproduceDeps, asked: Asked): Promise<Shown | Ended> {
  const { crash, tip, call } = asked;
  const [test, ...others] =
    asked.reproducing || call === undefined
      ? [asked.reproducing]
      : await testsOfCall(deps, tip, { signature: crash.signature, call });
  let shown = await showBy(deps, asked, test);
  for (const other of others) if ('code' in shown) shown = await showBy(deps, asked, other);
  return shown;
}

async function showBy(
  deps: ReproduceDeps,
  asked: Asked,
  test: ReproducingTest | undefined,
): Promise<Shown | Ended> {
  const { tip, commands, call } = asked;
  const files = test?.files ?? new Map<string, string>();
  const base = await withFiles(deps.git, asked, { base: tip, files });
  const alone = test?.command == null ? commands : { ...commands, test: test.command, report: null };
  const [first, again] = [await deps.tests.measure(alone, base), await deps.tests.measure(alone, base)];
  const names = test?.names ?? redIn(first, test?.title);
  const doubt = notShown(asked, names, [first, again]);
  if (doubt !== undefined) return doubt;
  const whole = test?.command == null ? first : await deps.tests.measure(commands, base);
  if (whole.kind !== 'ran' || whole.report?.complete !== true)
    return ended('not-measured', 'What the project’s own tests say before the fix cannot be read.');
  const [one, all] = [bounded(alone, first), bounded(commands, whole)];
  const by = asked.reproducing ? 'given' : call === undefined ? 'already-red' : 'recorded-call';
  return { by, test: files, base, alone: one, all: test?.command == null ? one : all, names, whole };
}

/** An edit may make a loop endless: none may take much longer than the tests did before it. */
function bounded(commands: TestCommands, run: TestRun): TestCommands {
  const seconds = run.kind === 'ran' ? Math.max(slack.least, Math.ceil((slack.times * run.ms) / 1000)) : 0;
  return { ...commands, testSeconds: Math.min(commands.testSeconds, Math.max(1, seconds)) };
}

const slack = { times: 5, least: 10 };

function notShown(
  { crash, reproducing }: Asked,
  names: readonly string[] | undefined,
  runs: readonly TestRun[],
): Ended | undefined {
  for (const run of runs) {
    if (run.kind !== 'ran') return ended('not-measured', 'The test that shall show it could not be run.');
    if (stillWrong(run, names) === undefined || (names?.length === 0 && run.code === 0))
      return ended('not-reproduced', 'No test fails by it: a fix could not be told from no fix.');
    // Who gives a test says what it shows; whatever else is red may be red for a reason of its own.
    if (reproducing === undefined && !run.tail.includes(crash.errorType))
      return ended('not-reproduced', `What fails does not fail by ${crash.errorType}.`);
  }
  return undefined;
}

/** Of tests that fail twice in different ways nothing can be told. */
function redIn(first: TestRun, title: string | undefined): readonly string[] | undefined {
  const red = namesOf(first, 'not-ok');
  if (title !== undefined) return red?.filter((name) => name.includes(title));
  return red?.length === 0 ? undefined : red;
}

export function withFiles(
  git: GitInbox,
  { crash }: Pick<Asked, 'crash'>,
  { base, files }: { readonly base: Sha; readonly files: ReadonlyMap<string, string | null> },
): Promise<Sha> {
  const bytes = [...files].map(([path, text]) => [path, text === null ? null : Buffer.from(text)] as const);
  const message = `Try a fix of crash ${crash.signature.slice(0, 12)}\n`;
  return git.propose({ base, files: new Map(bytes), message, ref: null, at: crash.lastSeen });
}

export function ended(word: string, reason: string): Ended {
  return { code: `crash-fix.${word}`, reason };
}
