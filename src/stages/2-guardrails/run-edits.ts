import type { Sha } from '../../domain/change.ts';
import type { Classification } from '../../domain/stage.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import { isTestFile } from '../../domain/test-file.ts';
import type { GuardrailPorts } from './run-ports.ts';
import { answersLiterals, isRead, type TestEdits } from './test-edits/edits.ts';

const mostBytes = 512 * 1024;
const mostFiles = 300;

type Git = GuardrailPorts['git'];

/** Reads what a change does to its tests. A revert brings back what was there: the tests of its base judge it. */
export async function readEdits(git: Git, change: Classification): Promise<TestEdits> {
  const changed: SourcePair[] = [];
  const unread: string[] = [];
  const files = change.files.filter(({ path, oldPath }) => isRead(path) || isRead(oldPath ?? ''));
  if (change.class === 'revert') return { changed, suite: [], unread };
  for (const [at, { path, oldPath, status }] of files.entries()) {
    const base = status === 'added' ? '' : await read(git, change.base, oldPath ?? path);
    const head = status === 'deleted' ? '' : await read(git, change.tree, path);
    // A test that is renamed to what no runner looks for is a test that is gone.
    const moved = isTestFile(oldPath ?? path) && !isTestFile(path);
    if (base === undefined || head === undefined || at >= mostFiles) unread.push(path);
    else changed.push(moved ? { path: oldPath ?? path, base, head: '' } : { path, base, head });
  }
  const sources = changed.filter(({ path }) => isRead(path) && !isTestFile(path));
  const suite = sources.some(answersLiterals) ? await readSuite(git, change.base) : [];
  return { changed, suite, unread };
}

async function readSuite(git: Git, base: Sha): Promise<TestEdits['suite']> {
  const listed = await git.list(base, '');
  const wanted = listed.filter(
    ({ path, size }) => isTestFile(path) && /\.[cm]?[jt]sx?$/i.test(path) && size <= mostBytes,
  );
  const suite: { path: string; text: string }[] = [];
  for (const { path } of wanted.slice(0, mostFiles))
    suite.push({ path, text: (await read(git, base, path)) ?? '' });
  return suite;
}

/** '' where the commit has no such file; undefined: it is too large. */
async function read(git: Git, commit: Sha, path: string): Promise<string | undefined> {
  const bytes = await git.readFile(commit, path);
  if (bytes === undefined) return '';
  return bytes.length > mostBytes ? undefined : bytes.toString('utf8');
}
