import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver } from '../../domain/driver.ts';
import { dropOf, isKept } from '../../stages/2-guardrails/drivers/admit.ts';
import { compareDriver } from '../../stages/2-guardrails/drivers/compare-driver.ts';
import { type SampleName, tryDrivers } from '../../testing/driver-samples.ts';
import { hasTracer } from '../../testing/has-tracer.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { instrumentInChild } from '../mutation/child-instrumenter.ts';
import { BubblewrapSandbox } from '../sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxDriverRunner } from './sandbox-driver-runner.ts';

const place = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-drivers-')));
const workspace = join(place, 'work');
let git: TempGit;
let runner: SandboxDriverRunner;
beforeAll(() => {
  chmodSync(place, 0o711);
  mkdirSync(workspace);
  git = new TempGit();
  const sandbox = new BubblewrapSandbox({ stateDir: place, workDir: join(place, 'sandbox') });
  runner = new SandboxDriverRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
});
afterAll(() => {
  git.remove();
  rmSync(place, { recursive: true, force: true });
});

async function tried(names: readonly SampleName[], secondsEach = 30) {
  const trials = await tryDrivers(runner, git, names, { secondsEach });
  expect(readdirSync(workspace)).toEqual([]);
  return trials;
}

describe('SandboxDriverRunner in the sandbox', () => {
  it('keeps what runs alike and notices a fault, and records it with both versions', async () => {
    const { idle, drivers } = await tried(['good', 'asserting', 'esm']);
    expect(drivers.map((one) => [isKept(one, idle), dropOf(one, idle)])).toEqual(
      Array(3).fill([true, undefined]),
    );
    expect(drivers.map(({ faults: of }) => of?.tried)).toEqual([3, 3, 3]);
    expect(drivers[0]?.faults?.noticed.toSorted()).toEqual(['nothing', 'other', 'throw']);
    expect(drivers.map(({ head }) => head?.kind === 'ended' && head.passed)).toEqual([true, false, true]);
  });

  it.each<[SampleName, string]>([
    ['flaky', 'flaky'],
    ['failing', 'fails-on-old'],
    ['unnoticing', 'notices-nothing'],
    ['endless', 'endless'],
    ['overwriting', hasTracer() ? 'writes-elsewhere' : 'fails-on-old'],
  ])('drops one that is %s', async (name, code) => {
    const { idle, drivers } = await tried([name], name === 'endless' ? 5 : 30);
    const [one] = drivers;
    expect(one && dropOf(one, idle)).toMatchObject({ code });
    expect(one?.head).toBeUndefined();
  });

  it.skipIf(!hasTracer())('drops what reaches for what is not its own', async () => {
    const { idle, drivers } = await tried(['network', 'secrets', 'writing', 'starting']);
    expect(drivers.map((one) => dropOf(one, idle)?.code)).toEqual([
      'network',
      'reads-elsewhere',
      'writes-elsewhere',
      'runs-programs',
    ]);
    expect(drivers.every(({ base }) => base.length === 1)).toBe(true);
  });

  it('notices faults in the files of the project, and sees what a change of them does', async () => {
    const files = (fee: string) => ({ 'package.json': '{"type":"module"}', 'src/fee.js': fee });
    const old = 'export const fee = (sum) => (sum > 100 ? 0 : 5);\n';
    const base = git.commit('own', files(old));
    const head = git.commit('own-topic', { 'src/fee.js': old.replace('> 100', '>= 100') }, base);
    const path = 'src/fee.js';
    const instrumentation = await instrumentInChild([{ path, text: old, lines: [{ from: 1, to: 1 }] }]);
    const chosen = instrumentation.files.flatMap(({ mutants }) => mutants.map(({ id }) => id));
    const driver = (body: string): Driver => ({
      format: 'esm',
      text: `import { test } from 'node:test';
import assert from 'node:assert/strict';
import { fee } from '../src/fee.js';
test('driver', () => { ${body} });`,
    });
    const trials = await tryDrivers(runner, git, [], {
      sides: { base, head },
      drivers: [
        driver('assert.equal(fee(100), 5);'),
        driver('fee(1);'),
        driver('fee(1); if (Object.keys(process.env).some((name) => /^m[0-9a-f]{16}$/.test(name))) throw 1;'),
      ],
      watched: { packages: [], modules: [path] },
      faults: { kind: 'source', instrumentation, chosen },
      secondsEach: 30,
    });
    const [sees, blind, sly] = trials.drivers;
    expect(sees && isKept(sees, trials.idle)).toBe(true);
    expect(sees && compareDriver(sees).differences).toMatchObject([
      { package: path, call: 'src/fee.js.fee(100)', old: 'return 5', new: 'return 0' },
    ]);
    expect(blind && dropOf(blind, trials.idle)?.code).toBe('notices-nothing');
    // It fails whenever some fault is made, and looks at none.
    expect(sly && dropOf(sly, trials.idle)?.code).toBe('notices-nothing');
    expect(readdirSync(workspace)).toEqual([]);
  });
});
