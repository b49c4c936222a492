import type { Sha } from '../domain/change.ts';
import { countStates, type TestRun } from '../domain/test-comparison.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { TestCommands, TestMeasurer } from '../ports/test-runner.ts';
import { planPath, type TestPlan } from './contracts/test-measurer.ts';

/** Reads what the tests of a tree would do, and says it: no process is started. For trees with a plan alone. */
export class MemoryTestMeasurer implements TestMeasurer {
  readonly measured: Sha[] = [];
  readonly #git: Pick<GitReader, 'readFile'>;

  constructor(git: Pick<GitReader, 'readFile'>) {
    this.#git = git;
  }

  async measure({ install, build }: TestCommands, tree: Sha): Promise<TestRun> {
    this.measured.push(tree);
    const text = await this.#git.readFile(tree, planPath);
    if (text === undefined) throw new Error(`no ${planPath} in ${tree}`);
    const plan = JSON.parse(text.toString('utf8')) as TestPlan;
    const { breaks } = plan;
    const isAsked = breaks === 'install' ? install !== null : build !== null;
    if (breaks !== undefined && isAsked)
      return { kind: `${breaks}-failed`, code: 3, tail: `${breaks} is broken` };
    if (plan.hangs) return { kind: 'limit', limit: 'seconds', phase: 'test' };
    return ran(plan);
  }
}

function ran({ tests: planned = {}, isSilent, isCut, code }: TestPlan): TestRun {
  const tests = Object.entries(planned).map(([name, state]) => ({ name, state }));
  const counts = countStates(tests);
  const complete = isCut !== true;
  const report = isSilent ? undefined : ({ tests, counts, complete, format: 'tap', documents: 1 } as const);
  const tail = tests.map(({ name, state }) => `${state} ${name}`).join('\n');
  return { kind: 'ran', code: code ?? (counts['not-ok'] > 0 ? 1 : 0), report, tail, ms: 1 };
}
