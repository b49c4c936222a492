import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mutant, MutationTarget } from '../../domain/mutation.ts';
import type { SandboxJob } from '../../ports/sandbox.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxMutator } from './sandbox-mutator.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
beforeEach(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-mutation-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const commands: TestCommands = { install: null, build: null, test: ['node', '--test'], testSeconds: 60 };
const adult = 'export const adult = (age) => age >= 18;\n';
const suite = (...ages: readonly string[]) =>
  `import { test } from 'node:test';
import { strictEqual } from 'node:assert';
import { adult } from '../src/adult.js';
test('adult', () => { ${ages.join(' ')} });`;
const [child, senior, edge] = [
  'strictEqual(adult(9), false);',
  'strictEqual(adult(90), true);',
  'strictEqual(adult(18), true);',
];
const base: TestFiles = {
  'package.json': '{"type":"module"}',
  'src/adult.js': '',
  'test/adult.test.js': suite(),
};
const wholly = (path: string, text: string): MutationTarget => ({
  path,
  text,
  lines: [{ from: 1, to: text.split('\n').length }],
});

async function trial(
  head: TestFiles,
  wish: { test?: string; source?: string; seconds?: number; runs?: Runs } = {},
) {
  const source = wish.source ?? adult;
  const before = git.commit('main', { ...base, 'test/adult.test.js': wish.test ?? suite(child, senior) });
  const after = git.commit('topic', { 'src/adult.js': source, ...head }, before);
  const options = { git, sandbox: wish.runs ?? sandbox, workspace, nodeVersion: '24' };
  const mutator = new SandboxMutator(projectJobs(options));
  const instrumentation = await mutator.instrument([wholly('src/adult.js', source)]);
  const mutants = instrumentation.files.flatMap((file) => file.mutants);
  const run = await mutator.run(
    commands,
    { base: before, head: after, judgedBy: 'base' },
    {
      instrumentation,
      chosen: mutants.map(({ id }) => id),
      seconds: wish.seconds ?? 60,
    },
  );
  return { mutants, run, states: statesOf(mutants, run) };
}
type Runs = Pick<HostSandbox, 'run'>;

function statesOf(mutants: readonly Mutant[], run: Awaited<ReturnType<SandboxMutator['run']>>) {
  if (run.kind !== 'ran') return undefined;
  return Object.fromEntries(mutants.map(({ id, replacement }) => [replacement, run.states.get(id)]));
}

describe('SandboxMutator', () => {
  it('says which faults the tests notice', async () => {
    const { run, states } = await trial({});
    expect(run).toMatchObject({ kind: 'ran', steady: true });
    expect(states).toEqual({
      '() => undefined': 'killed',
      true: 'killed',
      false: 'killed',
      'age > 18': 'survived',
      'age < 18': 'killed',
    });
    expect(readdirSync(workspace)).toEqual([]);
    expect(sandbox.jobs.every(({ network }) => network === 'none')).toBe(true);
  });

  it('finds nothing left when the test of the edge is there', async () => {
    const { states } = await trial({}, { test: suite(child, senior, edge) });
    expect(new Set(Object.values(states ?? {}))).toEqual(new Set(['killed']));
  });

  it("judges by the base's tests, not by those that the change brings", async () => {
    const { states } = await trial({ 'test/adult.test.js': suite(child, senior, edge) });
    expect(states?.['age > 18']).toBe('survived');
  });

  it('does not run the tests for what they never reach', async () => {
    const source = `${adult}export function unused(a) {\n  return a + 1;\n}\n`;
    const { states } = await trial({}, { source });
    expect(states?.['a - 1']).toBe('unreached');
    // Once without a fault, once for each of the five that are reached, once at the end.
    expect(sandbox.jobs).toHaveLength(7);
  });

  it('measures nothing where the tests fail without any fault', async () => {
    const { run } = await trial({}, { test: suite('throw new Error("red")') });
    expect(run).toMatchObject({ kind: 'red', phase: 'test' });
  });

  it('ends an endless loop', async () => {
    const source = `export const adult = (age) => { let n = 18; while (n < 18) n++; return age >= n; };\n`;
    const hurried: Runs = {
      run: (job: SandboxJob) => sandbox.run({ ...job, limits: { ...job.limits, seconds: 10 } }),
    };
    const { states } = await trial({}, { source, runs: hurried, test: suite(child, senior, edge) });
    expect(Object.values(states ?? {})).toContain('timeout');
  });

  it('begins no mutant when its time is over', async () => {
    const { run } = await trial({}, { seconds: 0 });
    expect(run).toMatchObject({ kind: 'ran', steady: true });
    expect(run.kind === 'ran' && run.states.size).toBe(0);
  });

  it('sees that it is not the faults that make the tests fail', async () => {
    const counting = `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync('runs', '.');
if (readFileSync('runs', 'utf8').length > 1) throw new Error('only the first run is clean');
${suite(child)}`;
    const { run } = await trial({}, { test: counting });
    expect(run).toMatchObject({ kind: 'ran', steady: false });
  });

  it('sees a program that fails whenever a fault is awake', async () => {
    const source = `if (Object.keys(process.env).some((name) => /^m[0-9a-f]{16}$/.test(name))) throw new Error();\n${adult}`;
    const { run } = await trial({}, { source });
    expect(run).toMatchObject({ kind: 'ran', steady: false });
  });
});
