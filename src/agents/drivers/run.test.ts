import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import type { ShelvedDriver } from '../../domain/driver.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { type DriversAgentSettings, runDriversAgent } from './run.ts';

let git: TempGit;
let sandbox: HostSandbox;
let workspace: string;
let tip: string;
let runs = 0;
beforeAll(() => {
  git = new TempGit();
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-offered-')));
  tip = git.commit('main', { 'test/a.test.cjs': "require('node:test').test('a', () => {});\n" });
});
afterAll(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const author = { name: 'writer', model: 'm-1', scripted: false };
const driver = (body: string): ShelvedDriver => ({
  driver: { format: 'cjs', text: `require('node:test').test('driver', () => { ${body} });\n` },
  ...{ noticed: 2, author, packages: ['ejs'] },
});
const [good, bad] = [driver(''), driver("throw new Error('not so any more')")];

function look(shelved: readonly ShelvedDriver[], over: Partial<DriversAgentSettings> = {}) {
  const tests = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
  const compare: SandboxTestRunner['compare'] = (...asked) => {
    runs += 1;
    return tests.compare(...asked);
  };
  return runDriversAgent(
    { git, tests: { compare }, shelf: { all: async () => shelved } },
    {
      ...{ target: 'main', asOf: new Date('2026-02-01T00:00:00Z'), path: 'test/drivers', protectedPaths: [] },
      ...{ maxFiles: 5, maxLines: 400, maxOpen: 1, open: [], earlier: [], known: undefined },
      commands: { install: null, build: null, test: ['node', '--test'], testSeconds: 60 },
      ...over,
    },
  );
}

const codes = ({ skipped }: { readonly skipped: readonly { readonly code: string }[] }) =>
  skipped.map(({ code }) => code);

describe('the agent for drivers', () => {
  it('proposes those that run and pass on the branch, each with what it is worth, and no other file', async () => {
    const found = await look([good, bad]);
    expect(codes(found)).toEqual(['drivers.fails']);
    const [proposal, ...others] = found.proposals;
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      ...{ source: 'agent:drivers', title: 'Add 1 test of ejs that a model wrote', target: 'main' },
      record: { base: tip, items: [{ noticed: 2, model: 'm-1', scripted: false, packages: ['ejs'] }] },
    });
    const changed = await git.diff(tip, proposal?.head ?? '');
    expect(changed).toMatchObject([
      { status: 'added', path: expect.stringMatching(/^test\/drivers\/driver-/) },
    ]);
    // Together, and each alone.
    expect(runs).toBe(3);
    // What was measured on this very tip is told again, not measured.
    expect(await look([good, bad], { known: { ...found.measured, doubts: [] } as never })).toMatchObject({
      proposals: [],
    });
    expect(runs).toBe(3);
  });

  it('says that a test command would never run them there', async () => {
    const test = ['node', '--test', 'test/a.test.cjs'] as const;
    const commands = { install: null, build: null, test, testSeconds: 60 };
    expect(codes(await look([good], { commands }))).toEqual(['drivers.not-run']);
  });

  it('measures nothing where nothing may come of it', async () => {
    const before = runs;
    expect(await look([])).toEqual({ proposals: [], skipped: [] });
    expect(codes(await look([good], { commands: undefined }))).toEqual(['drivers.no-tests']);
    expect(codes(await look([good], { protectedPaths: ['test/**'] }))).toEqual(['drivers.protected']);
    expect(codes(await look([good], { open: ['drivers'] }))).toEqual(['drivers.open']);
    const { proposals } = await look([good], { maxLines: 1 });
    expect(proposals).toEqual([]);
    expect(runs).toBe(before);
  });

  it('proposes nothing again that was refused, or that the branch holds', async () => {
    const key = (await look([good])).proposals[0]?.record.items as readonly { readonly key: string }[];
    const earlier = [
      { change: 'chg_1', base: 'b', keys: key.map((one) => one.key), outcome: 'refused', code: 'tests.red' },
    ] as const;
    expect(codes(await look([good], { earlier }))).toEqual(['drivers.turned-away']);
    const held = [{ ...earlier[0], outcome: 'held', code: 'policy.class-other' }] as const;
    expect(codes(await look([good], { earlier: held }))).toEqual(['drivers.held']);
    const before = runs;
    git.commit('main', { [`test/drivers/${key[0]?.key}`]: 'x\n' }, tip);
    expect(await look([good])).toEqual({ proposals: [], skipped: [] });
    expect(runs).toBe(before);
  });
});
