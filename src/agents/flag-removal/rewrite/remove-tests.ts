import type { TestRemovalAnswer, TestRemovalQuestion } from '../../../domain/off-tests.ts';
import { ReportNames } from '../../../flag-off/off-tests/report-names.ts';
import type { Parsers } from './remove-flag.ts';
import { TestFile } from './test-file.ts';

/**
 * The texts without these tests, without the groups that they leave empty, and without what only they used; or what stands in the
 * way. It proposes, and claims nothing: the comparison says whether nothing else goes, and runs say whether they may.
 */
export function removeTests(question: TestRemovalQuestion, parsers: Parsers): TestRemovalAnswer {
  const files = question.files.map((file) => new TestFile(file, parsers));
  const stuck = choose(files, question);
  if (stuck !== undefined) return { kind: 'cannot', why: stuck };
  const left: { path: string; text: string }[] = [];
  for (const file of files.filter(({ isTouched }) => isTouched)) {
    const done = file.withoutChosen();
    if ('why' in done) return { kind: 'cannot', why: `${file.path}: ${done.why}` };
    left.push({ path: file.path, text: done.text });
  }
  return { kind: 'removed', files: left };
}

/** Answers what stands in the way. */
function choose(files: readonly TestFile[], { report, failing }: TestRemovalQuestion): string | undefined {
  const names = new ReportNames(report);
  const places = new Map<string, number>(failing.map((name) => [name, 0]));
  for (const file of files) {
    for (const { node, titles } of file.cases) {
      const name = names.of({ path: file.path, titles }) ?? '';
      const count = places.get(name);
      if (count === undefined) continue;
      places.set(name, count + 1);
      file.choose(node);
    }
  }
  for (const [name, count] of places) {
    if (count === 0) return `"${name}" is not found as a whole test case with a plain title`;
    if (count > 1) return `"${name}" stands in the code ${count} times`;
  }
  return undefined;
}
