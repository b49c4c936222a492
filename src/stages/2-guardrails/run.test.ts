import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { SandboxTestRunner } from '../../adapters/test-runner/sandbox-test-runner.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Classification } from '../../domain/stage.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import { sampleClassification, sampleFile, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { HostSandbox } from '../../testing/host-sandbox.ts';
import { MemoryRegistry, sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { allGuardrails } from './all.ts';
import { checkChange, type GuardrailDeps } from './run.ts';
import { scope } from './scope/scope.ts';
import type { GuardrailSettings } from './settings.ts';

let git: TempGit;
let registry: MemoryRegistry;
let sandbox: HostSandbox;
let workspace: string;

beforeEach(() => {
  git = new TempGit();
  registry = new MemoryRegistry().add('ejs', '2.6.1').add('ejs', '2.6.2');
  sandbox = new HostSandbox();
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-test-guardrails-')));
});
afterEach(() => {
  sandbox.remove();
  git.remove();
  rmSync(workspace, { recursive: true, force: true });
});

const settings = sampleSettings({ test: ['node', '--test'] });
const tools = guardrailTools();

const suite = (...names: string[]) =>
  `const { test } = require('node:test');\n${names.map((name) => `test('${name}', () => { require('../src/x.js')('${name}'); });`).join('\n')}\n`;

const project = (version: string) =>
  sampleProject({ dependencies: { ejs: '^2.6.0' } }, { 'node_modules/ejs': sampleEntry('ejs', version) });
const base = {
  ...project('2.6.1'),
  'src/x.js': 'module.exports = () => {};\n',
  'test/x.test.js': suite('a', 'b'),
};

type Options = {
  readonly change: TestFiles;
  readonly from?: TestFiles;
  readonly class?: Classification['class'];
  readonly deps?: Partial<GuardrailDeps>;
  readonly settings?: Partial<GuardrailSettings>;
  readonly over?: Partial<Classification>;
};

const testsIn = (runs: Pick<Sandbox, 'run'>) =>
  new SandboxTestRunner(projectJobs({ git, sandbox: runs, workspace, nodeVersion: '24' }));

async function check(options: Options) {
  const root = git.commit('main', { ...base, ...options.from });
  const head = git.commit('topic', options.change, root);
  const classification = sampleClassification(
    { base: root, tree: head },
    { class: options.class ?? 'dependency-patch', ...options.over },
  );
  const deps = { git, registry, ...tools, tests: testsIn(sandbox), ...options.deps };
  const change = { classification, proposal: sampleProposal(head), now: new Date('2026-01-01T00:00:00Z') };
  const report = await checkChange(deps, { ...settings, ...options.settings }, change);
  const codes = new Map(report.results.map((result) => [result.name, `${result.verdict} ${result.code}`]));
  return { report, codes };
}

describe('checkChange', () => {
  it('does not ask who vouches for what a revert goes back to', async () => {
    const down = () => Promise.reject(new Error('nobody may be asked'));
    const deps = {
      packageProofs: { prove: down },
      advisories: { known: down },
      api: { compare: down, imports: down, parameters: down },
      syntax: { capabilities: down, faults: down, compare: down },
    };
    const { codes } = await check({ change: project('2.6.2'), class: 'revert', deps });
    const asked = ['signatures', 'provenance', 'publisher', 'advisories', 'supply-chain', 'api'];
    expect(asked.map((name) => Object.fromEntries(codes)[name])).toEqual(
      asked.map((name) => `pass ${name}.revert`),
    );
  });

  it('passes a plain update, and leaves no job behind', async () => {
    const { report, codes } = await check({ change: project('2.6.2') });
    expect(Object.fromEntries(codes)).toEqual({
      scope: 'pass scope.within',
      secrets: 'pass secrets.none',
      documentation: 'pass documentation.sound',
      lockfile: 'pass lockfile.agrees',
      integrity: 'pass integrity.served',
      'install-scripts': 'pass install-scripts.none-new',
      'supply-chain': 'pass supply-chain.nothing-new',
      api: 'pass api.kept',
      lint: 'pass lint.not-asked',
      build: 'pass build.nothing-built',
      signatures: 'not-offered signatures.not-offered',
      provenance: 'not-offered provenance.not-offered',
      publisher: 'not-offered publisher.not-offered',
      advisories: 'pass advisories.none-new',
      'release-age': 'pass release-age.old-enough',
      risk: 'pass risk.low',
      proof: 'pass proof.none',
      'flag-off': 'pass flag-off.none',
      tests: 'pass tests.passed',
      reproduction: 'pass reproduction.not-asked',
      characterization: 'pass characterization.nothing-to-observe',
      'system-calls': 'pass system-calls.nothing-to-observe',
      mutation: 'not-configured mutation.switched-off',
      drivers: 'pass drivers.nothing-to-drive',
    });
    expect(report.verdict).toBe('pass');
    expect(JSON.stringify(report).length).toBeLessThan(6000);
    expect(readdirSync(workspace)).toEqual([]);
    expect(sandbox.jobs.map((job) => job.network)).toEqual(['none', 'none']);
  });

  it('watches an update while its tests run, and never a revert', async () => {
    const ejs = (answer: string) => ({
      'node_modules/ejs/package.json': '{"name":"ejs","version":"2.6.1"}',
      'node_modules/ejs/index.js': `exports.render = () => ${answer};`,
    });
    const update = {
      from: { ...ejs('1'), 'src/x.js': "module.exports = () => require('ejs').render('a');\n" },
      change: { ...project('2.6.2'), ...ejs('2') },
      over: {
        packages: [{ name: 'ejs', path: 'node_modules/ejs', from: '2.6.1', to: '2.6.2', direct: true }],
      },
    };
    const { report, codes } = await check(update);
    expect(codes.get('tests')).toBe('pass tests.passed');
    expect(codes.get('characterization')).toBe('fail characterization.value-differs');
    expect(codes.get('system-calls')).toMatch(
      /^(pass system-calls\.same|not-configured system-calls\.no-tracer)$/,
    );
    expect(report.results.find(({ name }) => name === 'characterization')?.reason).toBe(
      'ejs@2.6.1 -> 2.6.2: ejs.render("a") (result): old return 1, new return 2.',
    );
    const reverted = await check({ ...update, class: 'revert' });
    expect(reverted.codes.get('characterization')).toBe('pass characterization.revert');
    expect(reverted.codes.get('system-calls')).toBe('pass system-calls.revert');
  });

  it('watches code of the project that changes', async () => {
    const change = { 'src/x.js': 'module.exports = (name) => name.length;\n' };
    const files = [sampleFile('src/x.js'), sampleFile('package.json')];
    const { report, codes } = await check({ change, class: 'other', over: { files } });
    expect(codes.get('tests')).toBe('pass tests.passed');
    expect(codes.get('characterization')).toBe('abstain characterization.own-differs');
    expect(report.results.find(({ name }) => name === 'characterization')?.reason).toBe(
      'Callers of src/x.js see a difference: module.exports("a") (result): old return undefined, new return 1 (and 1 more).',
    );
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('abstains when the registry is down', async () => {
    registry.down = true;
    const { codes } = await check({ change: project('2.6.2') });
    expect(codes.get('integrity')).toBe('abstain registry.unreachable');
    expect(codes.get('release-age')).toBe('abstain registry.unreachable');
    registry.down = false;
  });

  it('asks nothing of the registry for a change that brings no package', async () => {
    registry.down = true;
    const { report } = await check({ change: { 'README.md': 'x' }, class: 'docs' });
    expect(report.verdict).toBe('pass');
  });

  it('runs nothing dear after a cheap failure, unless told to', async () => {
    const over = { protectedPaths: ['.npmrc'] };
    const early = await check({ change: project('2.6.2'), over });
    expect(early.codes.get('scope')).toBe('fail scope.protected-path');
    expect(early.codes.get('tests')).toBe('abstain guardrails.not-run');
    expect(sandbox.jobs).toEqual([]);
    const whole = await check({ change: project('2.6.2'), over, deps: { stopEarly: false } });
    expect(whole.codes.get('tests')).toBe('pass tests.passed');
    expect(whole.report.verdict).toBe('fail');
  });

  it('abstains when the sandbox refuses to run', async () => {
    const refusing = {
      run: () => Promise.reject(new AutolandError('sandbox.unavailable', 'expected no egress, found some')),
    };
    const { report, codes } = await check({ change: project('2.6.2'), deps: { tests: testsIn(refusing) } });
    expect(codes.get('tests')).toBe('abstain sandbox.unavailable');
    expect(report.verdict).toBe('abstain');
    expect(readdirSync(workspace)).toEqual([]);
  });

  it('fails a lockfile that does not parse', async () => {
    const { codes } = await check({ change: { 'package-lock.json': '{' } });
    expect(codes.get('lockfile')).toBe('fail lockfile.invalid');
  });

  it('tells of each result as it comes', async () => {
    const seen: string[] = [];
    await check({ change: project('2.6.2'), deps: { onGuardrail: (result) => seen.push(result.name) } });
    expect(new Set(seen)).toEqual(new Set(allGuardrails.map(({ name }) => name)));
    expect(seen).toHaveLength(allGuardrails.length);
    expect(seen.at(-1)).toBe('drivers');
  });

  it('tells what it is busy with', async () => {
    const seen: string[] = [];
    const onFact = (name: string, state: string) => seen.push(`${name} ${state}`);
    await check({ change: { 'README.md': 'x' }, class: 'docs', deps: { onFact } });
    expect(seen).toContain('tests started');
    expect(seen.at(-1)).toBe('drivers done');
  });

  it('gathers no fact that no guardrail asks for', async () => {
    const classification = sampleClassification({ base: '', tree: '' }, { class: 'docs' });
    const deps = { git, registry, ...tools, tests: testsIn(sandbox) };
    const seen: string[] = [];
    const told = { ...deps, onFact: (name: string) => seen.push(name) };
    await checkChange(told, settings, { classification, proposal: sampleProposal(''), now: new Date() }, [
      scope,
    ]);
    expect([...new Set(seen)]).toEqual(['diff', 'texts']);
  });
});

describe('tests of base and head', () => {
  const withSource = (text: string): Options => ({ change: { 'src/x.js': text }, class: 'lint' });
  const flaky =
    "const fs = require('node:fs');\nmodule.exports = () => { if (!fs.existsSync('seen')) { fs.writeFileSync('seen', ''); throw new Error('no'); } };\n";

  it.each<[string, Options, string]>([
    ['a test fails', withSource("module.exports = () => { throw new Error('no'); };"), 'fail tests.failed'],
    [
      'one process exits 0 early',
      withSource('module.exports = () => process.exit(0);'),
      'fail tests.incomplete',
    ],
    ['a test passes when run again', withSource(flaky), 'abstain tests.flaky'],
    [
      'the base is red',
      {
        ...withSource('module.exports = () => {};\n//'),
        from: { 'src/x.js': 'module.exports = () => { throw 1; };' },
      },
      'abstain tests.base-red',
    ],
    [
      'the base is red, and a revert mends it',
      {
        change: { 'src/x.js': 'module.exports = () => {};\n' },
        class: 'revert',
        from: { 'src/x.js': 'module.exports = () => { throw 1; };' },
      },
      'pass tests.mended',
    ],
    [
      'the base is red, and so is a revert',
      {
        change: { 'src/x.js': 'module.exports = () => { throw 2; };' },
        class: 'revert',
        from: { 'src/x.js': 'module.exports = () => { throw 1; };' },
      },
      'abstain tests.base-red',
    ],
    [
      'the base is red, and a revert is left without tests',
      {
        change: { 'test/x.test.js': null },
        class: 'revert',
        from: { 'src/x.js': 'module.exports = () => { throw 1; };' },
      },
      'abstain tests.none',
    ],
    [
      'it takes too long',
      {
        ...withSource('module.exports = () => { for (;;); };'),
        settings: { commands: { ...settings.commands, testSeconds: 2 } },
      },
      'abstain tests.limit-seconds',
    ],
    [
      'there are no tests',
      {
        ...withSource('1'),
        from: { 'test/x.test.js': 'void 0;' },
        settings: { commands: { ...settings.commands, test: ['node', '-e', '1'] } },
      },
      'abstain tests.no-counts',
    ],
    [
      'no report is written, whatever the output says',
      {
        ...withSource('module.exports = () => {}; //'),
        settings: { tests: { report: 'reports/*.xml', quarantine: [] } },
      },
      'abstain tests.no-counts',
    ],
    [
      'the head removes the report',
      {
        ...withSource("process.on('exit', () => require('node:fs').rmSync('junit.xml', { force: true }));"),
        from: {
          'test/x.test.js': "require('../src/x.js');",
          'run.js': `require('node:fs').writeFileSync('junit.xml', '<testsuite><testcase name="a"/></testsuite>'); require('./test/x.test.js');`,
        },
        settings: {
          commands: { ...settings.commands, test: ['node', 'run.js'] },
          tests: { report: 'junit.xml', quarantine: [] },
        },
      },
      'fail tests.incomplete',
    ],
    [
      'every test is skipped on both',
      { ...withSource('//'), from: { 'test/x.test.js': "require('node:test').test.skip('a');" } },
      'abstain tests.none',
    ],
    [
      'no command is configured',
      { ...withSource('//'), settings: { commands: { ...settings.commands, test: null } } },
      'not-configured tests.not-configured',
    ],
    [
      'the install fails',
      {
        ...withSource('module.exports = () => {};//'),
        settings: {
          commands: {
            ...settings.commands,
            install: [
              'node',
              '-e',
              "process.exit(require('node:fs').readFileSync('src/x.js', 'utf8').includes('//') ? 1 : 0)",
            ],
          },
        },
      },
      'fail tests.install-failed',
    ],
  ])('when %s', async (_what, options, expected) => {
    expect((await check(options)).codes.get('tests')).toBe(expected);
  });

  it('names the flake, and the better of two runs is the base', async () => {
    const onBase = await check({
      ...withSource('module.exports = () => {};\n//'),
      from: { 'src/x.js': flaky },
    });
    const tests = onBase.report.results.find(({ name }) => name === 'tests');
    expect(tests).toMatchObject({ code: 'tests.passed', evidence: { baseFlakes: ['a'] } });
    const onHead = await check(withSource(flaky));
    expect(onHead.report.results.find(({ name }) => name === 'tests')).toMatchObject({
      code: 'tests.flaky',
      reason: expect.stringContaining('"a"'),
      evidence: { headFlakes: ['a'] },
    });
    const quarantine = [{ test: 'a', until: '2999-01-01T00:00:00Z' }];
    const known = await check({ ...withSource(flaky), settings: { tests: { quarantine } } });
    expect(known.report.results.find(({ name }) => name === 'tests')).toMatchObject({
      code: 'tests.passed',
      evidence: { headFlakes: ['a'] },
    });
  });

  it('counts no test that people put into quarantine, until the day that they set', async () => {
    const breaks = withSource("module.exports = (name) => { if (name === 'b') throw new Error('no'); };");
    const until = (day: string) => ({ tests: { quarantine: [{ test: 'b', until: day }] } });
    const held = await check({ ...breaks, settings: until('2026-01-02T00:00:00Z') });
    expect(held.codes.get('tests')).toBe('pass tests.passed');
    const ended = await check({ ...breaks, settings: until('2026-01-01T00:00:00Z') });
    expect(ended.codes.get('tests')).toBe('fail tests.failed');
  });

  it.each<[string, TestFiles]>([
    ['edits a test', { 'test/x.test.js': suite('a', 'b').replaceAll('require(', 'void (') }],
    ['removes a test file', { 'test/x.test.js': null }],
    ['skips tests', { 'test/x.test.js': suite('a', 'b').replaceAll("test('", "test.skip('") }],
  ])('judges with the tests of the base when the head %s', async (_what, tests) => {
    const broken = { 'src/x.js': "module.exports = () => { throw new Error('no'); };" };
    const { codes } = await check({ change: { ...tests, ...broken }, class: 'lint' });
    expect(codes.get('tests')).toBe('fail tests.failed');
  });

  it.each<[string, TestFiles, string]>([
    ['fewer tests', { 'test/x.test.js': suite('a') }, 'fail tests.count-fell'],
    [
      'a skipped test',
      { 'test/x.test.js': suite('a', 'b').replace("test('b'", "test.skip('b'") },
      'fail tests.skipped',
    ],
    ['another test in its place', { 'test/x.test.js': suite('a', 'c') }, 'abstain tests.names-differ'],
  ])('compares what ran, for a class that may change tests: %s', async (_what, change, expected) => {
    expect((await check({ change, class: 'other' })).codes.get('tests')).toBe(expected);
  });

  it.each<[string, TestFiles, string]>([
    ['fewer tests', { 'test/x.test.js': suite('a') }, 'pass tests.passed'],
    ['other tests', { 'test/x.test.js': suite('a', 'c') }, 'pass tests.passed'],
    ['code that its own tests refuse', { 'src/x.js': "throw new Error('no');" }, 'fail tests.failed'],
  ])('judges a revert by the tests that it brings back: %s', async (_what, change, expected) => {
    expect((await check({ change, class: 'revert' })).codes.get('tests')).toBe(expected);
  });

  it('finds that the plan was not finished where one process runs all tests', async () => {
    const commands = { ...settings.commands, test: ['node', 'test/x.test.js'] as const };
    const { codes } = await check({
      ...withSource('module.exports = () => process.exit(0);'),
      settings: { commands },
    });
    expect(codes.get('tests')).toBe('fail tests.incomplete');
  });

  it('installs once for base and head with one lockfile, and keeps it for the next change', async () => {
    const plain = sampleProject({}, {});
    const commands = { ...settings.commands, install: ['npm', 'ci', '--ignore-scripts'] as const };
    const installs = () => sandbox.jobs.filter((job) => job.network === 'registry').length;
    for (const text of ['module.exports = () => {};//1', 'module.exports = () => {};//2']) {
      const { codes } = await check({ ...withSource(text), from: plain, settings: { commands } });
      expect(codes.get('tests')).toBe('pass tests.passed');
    }
    expect(installs()).toBe(1);
    expect(existsSync(join(workspace, 'installs'))).toBe(true);
  });
});
