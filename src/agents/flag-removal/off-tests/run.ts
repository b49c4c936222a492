import type { Sha } from '../../../domain/change.ts';
import type { SourcePair } from '../../../domain/syntax.ts';
import { mayHoldTests } from '../../../flag-off/code-files.ts';
import { failingTests } from '../../../flag-off/off-tests/failing.ts';
import type { FlagRemover } from '../../../ports/flag-remover.ts';
import type { GitInbox, GitReader } from '../../../ports/git-host.ts';
import type { Prover } from '../../../ports/prover.ts';
import type { TestCommands, TestRunner } from '../../../ports/test-runner.ts';

export type OffTestsDeps = {
  readonly git: Pick<GitReader, 'readFile'> & GitInbox;
  readonly tests: Pick<TestRunner, 'compare'>;
  readonly remover: Pick<FlagRemover, 'removeTests'>;
  readonly prover: Pick<Prover, 'removedTests'>;
};

/** A program of which the flag is removed, as nobody has seen it yet. */
export type Draft = Omit<Parameters<GitInbox['propose']>[0], 'ref'> & {
  /** Every file of the base. */
  readonly listed: readonly string[];
};

/** The test files that lose the tests which describe the flag off, a file that goes being ''; or why that cannot be told. */
export async function runOffTests(
  deps: OffTestsDeps,
  commands: TestCommands,
  draft: Draft,
): Promise<readonly SourcePair[] | string> {
  const { base, listed, ...made } = draft;
  const head = await deps.git.propose({ ...made, base, ref: null });
  const found = failingTests(await deps.tests.compare(commands, { base, head, judgedBy: 'base' }));
  if (found.kind === 'unclear') return found.why;
  const { failing } = found;
  if (failing.length === 0) return [];
  const files = await readTests(deps.git, { base, listed, failing });
  const report = found.all.map(({ name }) => name);
  const answer = await deps.remover.removeTests({ files, report, failing });
  if (answer === undefined) return 'test files could not be read';
  if (answer.kind === 'cannot') return answer.why;
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const pairs = answer.files.map(({ path, text }) => ({ path, base: texts.get(path) ?? '', head: text }));
  return (await unproved(deps, pairs, failing.length)) ?? pairs;
}

const most = { files: 1_000, bytes: 512 * 1024 };

type Asked = {
  readonly base: Sha;
  readonly listed: readonly string[];
  readonly failing: readonly string[];
};

/** Those that hold the title of a test that fails. */
async function readTests(git: OffTestsDeps['git'], { base, listed, failing }: Asked) {
  const titles = failing.map((name) => name.split(/ [>›] /).at(-1) ?? name);
  const files: { path: string; text: string }[] = [];
  for (const path of listed.filter(mayHoldTests).slice(0, most.files)) {
    const bytes = await git.readFile(base, path);
    const text = bytes !== undefined && bytes.length <= most.bytes ? bytes.toString('utf8') : '';
    if (titles.some((title) => text.includes(title))) files.push({ path, text });
  }
  return files;
}

/** What the comparison has against it: the very one by which the guardrail tests will judge. */
async function unproved(
  { prover }: OffTestsDeps,
  pairs: readonly SourcePair[],
  wanted: number,
): Promise<string | undefined> {
  const found = await prover.removedTests(pairs);
  if (found === undefined) return 'the test files without them could not be compared';
  if (found.kind === 'other') return `${found.path}:${found.line}: ${found.why}`;
  return found.cases.length === wanted ? undefined : 'more tests would go than fail';
}
