import type { TestReport, TestRun } from '../../domain/test-comparison.ts';
import type { SandboxMount, SandboxResult } from '../../ports/sandbox.ts';
import type { Argv, TestCommands } from '../../ports/test-runner.ts';
import { tailOf, wasCut } from './job-result.ts';
import { parseJunit } from './junit.ts';
import type { FailedPhase, ProjectCommands } from './project-commands.ts';
import { awaitReport } from './report-files.ts';
import { parseSummary } from './summary.ts';
import { parseTap } from './tap.ts';
import type { Watch } from './watch.ts';

/** Node >= 20 takes the reporter from here whatever command starts it; other runners do not look at it. */
const reporter = '--test-reporter=tap';

/** Runs the tests of a tree that is installed and built. */
export async function runTests(
  commands: ProjectCommands,
  { test, testSeconds, report }: TestCommands,
  dir: string,
  watch?: Watch,
): Promise<TestRun> {
  const readFiles = report == null ? undefined : await awaitReport(dir, report);
  // Node takes no reporter from here beside those that a command which writes a file names itself.
  const options = [...(readFiles === undefined ? [reporter] : []), ...(watch ? [watch.option] : [])];
  const run = (argv: Argv, mounts: readonly SandboxMount[] = []) =>
    commands.run(argv, dir, {
      phase: 'test',
      seconds: testSeconds,
      env: { NODE_OPTIONS: options.join(' ') },
      mounts: [...(watch?.mounts ?? []), ...mounts],
    });
  const result = await (watch === undefined ? run(test) : watch.traced(test, run));
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase: 'test' };
  if (readFiles === undefined && wasCut(result)) return { kind: 'limit', limit: 'output', phase: 'test' };
  const read = readFiles === undefined ? { report: reportIn(result) } : await readFiles();
  return { kind: 'ran', code: result.code, ...read, tail: tailOf(result), ms: result.ms };
}

function reportIn({ stdout, stderr }: SandboxResult): TestReport | undefined {
  return parseTap(stdout) ?? parseJunit(stdout) ?? parseSummary(`${stdout}\n${stderr}`);
}

export function failureOf({ phase, result }: FailedPhase): TestRun {
  if (result.kind === 'limit') return { kind: 'limit', limit: result.limit, phase };
  return { kind: `${phase}-failed`, code: result.code, tail: tailOf(result) };
}
