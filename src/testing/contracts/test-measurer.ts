import { describe, expect, it } from 'vitest';
import type { Sha } from '../../domain/change.ts';
import type { TestCommands, TestMeasurer } from '../../ports/test-runner.ts';

/** What the tests of a tree do: in a file of it, which its commands read. */
export type TestPlan = {
  readonly tests?: Readonly<Record<string, 'ok' | 'not-ok' | 'skip'>>;
  /** Of the process; absent: 1 where a test fails. */
  readonly code?: number;
  /** Without a word of TAP. */
  readonly isSilent?: true;
  readonly hangs?: true;
  /** One test less than is told of. */
  readonly isCut?: true;
  readonly breaks?: 'install' | 'build';
  /** Says by an exit code whether an earlier run left something. */
  readonly marks?: true;
};

export const planPath = 'plan.json';

/** Reads the plan: a true project of a measurer that runs programs. */
export const planProject = {
  'package.json': '{"name":"planned","version":"1.0.0"}',
  'phase.mjs': `import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const plan = JSON.parse(readFileSync('${planPath}', 'utf8'));
const phase = process.argv[2];
if (plan.breaks === phase) {
  console.error(phase + ' is broken');
  process.exit(3);
}
if (phase !== 'test') process.exit(0);
if (plan.marks && existsSync('mark')) process.exit(9);
writeFileSync('mark', '');
if (plan.hangs) await new Promise(() => setInterval(() => {}, 1000));
const tests = Object.entries(plan.tests ?? {});
if (!plan.isSilent) {
  console.log('TAP version 13\\n1..' + (tests.length + (plan.isCut ? 1 : 0)));
  for (const [at, [name, state]] of tests.entries())
    console.log((state === 'not-ok' ? 'not ok ' : 'ok ') + (at + 1) + ' - ' + name + (state === 'skip' ? ' # SKIP' : ''));
}
process.exitCode = plan.code ?? (tests.some(([, state]) => state === 'not-ok') ? 1 : 0);
`,
} as const;

export const planCommands: TestCommands = {
  install: ['node', 'phase.mjs', 'install'],
  build: ['node', 'phase.mjs', 'build'],
  test: ['node', 'phase.mjs', 'test'],
  testSeconds: 30,
};

export type MeasurerBench = {
  readonly measurer: TestMeasurer;
  /** A tree of `planProject` with this plan. */
  readonly tree: (plan: TestPlan) => Sha | Promise<Sha>;
  /** What is left of all measurements. */
  readonly left: () => readonly string[];
};

/** Every measurer of one tree MUST pass it. */
export function testMeasurerContract(make: () => MeasurerBench): void {
  describe('test measurer contract', () => {
    const measured = async (plan: TestPlan, over: Partial<TestCommands> = {}) => {
      const { measurer, tree } = make();
      return measurer.measure({ ...planCommands, ...over }, await tree(plan));
    };

    it('names what passes, what fails and what is skipped', async () => {
      const run = await measured({ tests: { one: 'ok', two: 'not-ok', three: 'skip' } });
      expect(run).toMatchObject({
        kind: 'ran',
        code: 1,
        report: {
          complete: true,
          counts: { ok: 1, 'not-ok': 1, skip: 1, todo: 0 },
          tests: [
            { name: 'one', state: 'ok' },
            { name: 'two', state: 'not-ok' },
            { name: 'three', state: 'skip' },
          ],
        },
      });
      expect(await measured({ tests: { one: 'ok' } })).toMatchObject({ kind: 'ran', code: 0 });
    });

    it('counts nothing where nothing was said, whatever the exit code', async () => {
      for (const code of [0, 4]) {
        const run = await measured({ isSilent: true, code });
        expect(run).toMatchObject({ kind: 'ran', code });
        expect(run.kind === 'ran' && run.report).toBeUndefined();
      }
    });

    it('calls no report whole that ends too early', async () => {
      expect(await measured({ tests: { one: 'ok' }, isCut: true })).toMatchObject({
        report: { complete: false },
      });
    });

    it('tells what does not install or build apart from tests that fail', async () => {
      expect(await measured({ breaks: 'install' })).toMatchObject({
        kind: 'install-failed',
        code: 3,
        tail: expect.stringContaining('install is broken'),
      });
      expect(await measured({ breaks: 'build' })).toMatchObject({ kind: 'build-failed', code: 3 });
    });

    it('ends what hangs, and says that it measured nothing', async () => {
      const run = await measured({ hangs: true, tests: { one: 'ok' } }, { testSeconds: 0.3 });
      expect(run).toEqual({ kind: 'limit', limit: 'seconds', phase: 'test' });
    });

    it('shows no run what another did, and leaves nothing behind', async () => {
      const { measurer, tree, left } = make();
      const same = await tree({ marks: true, tests: { one: 'ok' } });
      const runs = [await measurer.measure(planCommands, same), await measurer.measure(planCommands, same)];
      expect(runs).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(left()).toEqual([]);
    });
  });
}
