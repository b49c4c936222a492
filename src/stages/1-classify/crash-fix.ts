import type { FileChange } from '../../domain/change.ts';
import { mostMended } from '../../domain/crash-fix.ts';
import { isTestFile } from '../../domain/test-file.ts';
import { counted } from '../../domain/words.ts';
import type { Ruling } from './ruling.ts';

/** What a change says that it mends, and what production showed of it. */
export type CrashClaim = {
  readonly signature: string;
  /** The project's files in its stack; undefined: production never showed such a crash. */
  readonly files: readonly string[] | undefined;
};

const most = { testFiles: 2, testLines: 200 } as const;

/**
 * A small edit of files that a crash in production went through, with tests that are new. That they fail without it is for the
 * guardrail `reproduction` to say.
 */
export function ruleCrashFix(files: readonly FileChange[], { signature, files: seen }: CrashClaim): Ruling {
  const reason = refusal(files, seen);
  if (reason !== undefined) return { class: 'other', reasons: [`It is no crash-fix: ${reason}.`] };
  const code = files.filter(({ path }) => !isTestFile(path)).map(({ path }) => path);
  const what = `It edits ${code.join(', ')}, which crash ${signature.slice(0, 12)} went through, and adds tests`;
  return { class: 'crash-fix', reasons: [`${what}.`] };
}

function refusal(files: readonly FileChange[], seen: readonly string[] | undefined): string | undefined {
  if (seen === undefined) return 'production never showed the crash that it names';
  const odd = files.find(({ kind, binary }) => kind !== 'file' || binary);
  if (odd !== undefined) return `${odd.path} is no text file`;
  const [tests, code] = [
    files.filter((file) => isTestFile(file.path)),
    files.filter((file) => !isTestFile(file.path)),
  ];
  return codeRefusal(code, seen) ?? testRefusal(tests);
}

function codeRefusal(code: readonly FileChange[], seen: readonly string[]): string | undefined {
  if (code.length === 0) return 'no code changes';
  const stranger = code.find(({ path }) => !seen.includes(path));
  if (stranger !== undefined) return `the crash did not go through ${stranger.path}`;
  const remade = code.find(({ status }) => status !== 'modified');
  if (remade !== undefined) return `${remade.path} is ${remade.status}`;
  if (code.length > mostMended.files) return `${code.length} files of code change, over ${mostMended.files}`;
  const lines = linesOf(code);
  return lines > mostMended.lines
    ? `${counted(lines, 'line')} of code change, over ${mostMended.lines}`
    : undefined;
}

function testRefusal(tests: readonly FileChange[]): string | undefined {
  if (tests.length === 0) return 'it brings no test';
  const other = tests.find(
    ({ status, removed }) => !(status === 'added' || (status === 'modified' && removed === 0)),
  );
  if (other !== undefined) return `${other.path} does not only grow`;
  if (tests.length > most.testFiles) return `${tests.length} test files change, over ${most.testFiles}`;
  const lines = linesOf(tests);
  return lines > most.testLines ? `${counted(lines, 'line')} of tests, over ${most.testLines}` : undefined;
}

function linesOf(files: readonly FileChange[]): number {
  return files.reduce((sum, { added, removed }) => sum + added + removed, 0);
}
