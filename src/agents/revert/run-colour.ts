import { AutolandError } from '../../domain/errors.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { TestCommands, TestRunner } from '../../ports/test-runner.ts';
import type { Colour } from './bisect.ts';

/** What one run says of a tree. */
export type ReadRun = (run: TestRun) => Colour;

/** `why`: it is unknown; null: it is not. */
export type Seen = { readonly colour: Colour; readonly why: string | null };

/** Run twice, apart from each other: what is red once may be a flake, and green once too. `of`: a commit or a tree. */
export async function colourOf(
  tests: Pick<TestRunner, 'compare'>,
  commands: TestCommands,
  { of, read }: { readonly of: string; readonly read: ReadRun },
): Promise<Seen> {
  try {
    const both = await tests.compare(commands, { base: of, head: of, judgedBy: 'own' });
    const runs = [both.base, both.baseRerun, both.head, both.rerun].filter((run) => run !== undefined);
    return seenIn(runs, read);
  } catch (thrown) {
    if (thrown instanceof AutolandError) return { colour: 'unknown', why: thrown.message };
    throw thrown;
  }
}

function seenIn(runs: readonly TestRun[], read: ReadRun): Seen {
  const [first = 'unknown', ...others] = runs.map(read);
  const unread = runs.find((run) => read(run) === 'unknown');
  if (unread !== undefined) return { colour: 'unknown', why: endOf(unread) };
  if (others.every((one) => one === first)) return { colour: first, why: null };
  return { colour: 'unknown', why: 'it passed once and failed once' };
}

function endOf(run: TestRun): string {
  if (run.kind === 'limit') return `over its limit of ${run.limit}, in ${run.phase}`;
  return `${run.kind === 'ran' ? 'it ended' : run.kind.replace('-', ' ')} with ${run.code}`;
}

/** Of a branch's own tests. An install or a limit may be the registry's fault, or the machine's. */
export function readTests(run: TestRun): Colour {
  if (run.kind === 'ran') return run.code === 0 ? 'green' : 'red';
  return run.kind === 'build-failed' ? 'red' : 'unknown';
}

/** The shell did not find the command, or could not run it. */
const notRun = [126, 127];
/** As `git bisect run` has it: this tree cannot be asked. */
const skipped = 125;

/** Of a check that shows an incident. DANGER: a tree that does not build says nothing of it, nor does a check that is not there. */
export function readCheck(run: TestRun): Colour {
  if (run.kind !== 'ran') return 'unknown';
  if (run.code === 0) return 'green';
  return run.code > 0 && run.code < skipped && !notRun.includes(run.code) ? 'red' : 'unknown';
}
