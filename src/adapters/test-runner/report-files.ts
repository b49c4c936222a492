import { messageOf } from '../../domain/errors.ts';
import { countStates, type TestReport } from '../../domain/test-comparison.ts';
import { listOutputFolder, readOutputFile, removeOutputFile } from '../sandbox/read-output-file.ts';
import { mostTests, parseJunitFile } from './junit.ts';

const mostFiles = 500;
const mostNames = 10_000;
const mostFileBytes = 16 * 1024 * 1024;
const mostBytes = 64 * 1024 * 1024;

/** `unread` says why there is none. */
export type ReadReport =
  | { readonly report: TestReport }
  | { readonly report: undefined; readonly unread: string };

/**
 * Call it before a run: what fits the pattern then is from the tree, or from an earlier run, and is removed. Answers what
 * reads the files of the run once it is over. The tree is hostile: no link is followed, and nothing but whole files count.
 */
export async function awaitReport(tree: string, pattern: string): Promise<() => Promise<ReadReport>> {
  const kept = await removeAll(tree, pattern).then(() => undefined, why);
  return () => (kept === undefined ? readAll(tree, pattern).catch(why) : Promise.resolve(kept));
}

function why(thrown: unknown): ReadReport {
  return { report: undefined, unread: messageOf(thrown).slice(0, 300) };
}

async function removeAll(tree: string, pattern: string): Promise<void> {
  for (const path of await find(tree, pattern)) await removeOutputFile(tree, path);
}

async function readAll(tree: string, pattern: string): Promise<ReadReport> {
  const reports: TestReport[] = [];
  let [bytesLeft, testsLeft] = [mostBytes, mostTests];
  for (const path of await find(tree, pattern)) {
    const bytes = await readOutputFile(tree, path, Math.min(mostFileBytes, bytesLeft));
    if (bytes === undefined) continue;
    const report = await parseJunitFile(bytes.toString('utf8'));
    if (report === undefined) throw new Error(`JUnit was expected in ${path}, and it is something else`);
    bytesLeft -= bytes.length;
    testsLeft -= report.tests?.length ?? 0;
    if (testsLeft < 0) throw new Error(`at most ${mostTests} tests were expected, and there are more`);
    reports.push(report);
  }
  if (reports.length === 0) throw new Error(`the tests were expected to write ${pattern}, and did not`);
  const tests = reports.flatMap((report) => report.tests ?? []);
  const complete = reports.every((report) => report.complete);
  return {
    report: { tests, counts: countStates(tests), complete, format: 'junit', documents: reports.length },
  };
}

/** Paths that fit; one whose last part holds no `*` is told whether it is there or not. */
async function find(tree: string, pattern: string): Promise<readonly string[]> {
  const parts = pattern.split('/');
  let found: readonly string[] = [''];
  for (const [at, part] of parts.entries()) {
    const next: string[] = [];
    for (const folder of found) {
      const names = part.includes('*') ? await namesIn(tree, folder, part, at < parts.length - 1) : [part];
      next.push(...names.map((name) => (folder === '' ? name : `${folder}/${name}`)));
      if (next.length > mostFiles) throw new Error(`at most ${mostFiles} files fit ${pattern}, found more`);
    }
    found = next;
  }
  return found;
}

async function namesIn(
  tree: string,
  folder: string,
  part: string,
  folders: boolean,
): Promise<readonly string[]> {
  const quoted = part.split('*').map((text) => text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  const fits = new RegExp(`^${quoted.join('.*')}$`, 's');
  const entries = (await listOutputFolder(tree, folder, mostNames)) ?? [];
  return entries
    .filter(({ name, isFolder }) => fits.test(name) && (isFolder || !folders))
    .map(({ name }) => name);
}
