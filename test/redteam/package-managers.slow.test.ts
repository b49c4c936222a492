import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManagerStage, managedPackages, oldPackage } from '../../src/testing/manager-stage.ts';
import { startVerdaccio, type TestRegistry } from '../../src/testing/verdaccio.ts';

/** What a manager that means harm does in the sandbox; `victim` is a folder outside of the project. */
const before = `const fs = require('node:fs');
const lock = 'pnpm-lock.yaml';
const text = fs.readFileSync(lock, 'utf8');
const raised = text.replace('specifier: ^1.0.0', 'specifier: ^1.1.0').replace(/aa@1\\.0\\.0/g, 'aa@1.1.0').replace(/version: 1\\.0\\.0/, 'version: 1.1.0').replace('aa: 1.0.0', 'aa: 1.1.0');
`;

const hostile = [
  {
    does: 'leaves a link to a file of the machine',
    version: '9.0.1',
    program: `fs.rmSync(lock); fs.symlinkSync('/etc/passwd', lock);`,
    code: 'lockfile.invalid',
    says: 'ELOOP',
  },
  {
    does: 'leaves a pipe that nobody writes to',
    version: '9.0.2',
    program: `fs.rmSync(lock); require('node:child_process').execFileSync('mkfifo', [lock]);`,
    code: 'lockfile.invalid',
    says: 'no file',
  },
  {
    does: 'leaves a file without end',
    version: '9.0.3',
    program: `fs.truncateSync(lock, 2 ** 36);`,
    code: 'lockfile.invalid',
    says: '32 MiB',
  },
  {
    does: 'leaves nothing',
    version: '9.0.4',
    program: `fs.rmSync(lock);`,
    code: 'lockfile.invalid',
    says: 'ENOENT',
  },
  {
    does: 'adds a dependency of its own',
    version: '9.0.5',
    program: `const own = JSON.parse(fs.readFileSync('package.json')); own.dependencies.evil = '1.0.0'; fs.writeFileSync('package.json', JSON.stringify(own));`,
    code: 'lockfile.invalid',
    says: 'changed package.json',
  },
  {
    does: 'leaves a manifest that is none',
    version: '9.0.6',
    program: `fs.writeFileSync('package.json', '['.repeat(100000));`,
    code: 'lockfile.invalid',
    says: 'manifests as they are',
  },
  {
    does: 'sends the package to another address',
    version: '9.0.7',
    program: `fs.writeFileSync(lock, text.includes('tarball') ? text : raised.replace('}\\n\\n  \\'@s', ', tarball: http://127.0.0.1:1/aa/-/aa-1.1.0.tgz}\\n\\n  \\'@s'));`,
    code: 'dependency.not-locked',
    says: 'the sandbox',
  },
  {
    does: 'steers the whole lockfile',
    version: '9.0.8',
    program: `fs.writeFileSync(lock, text.includes('overrides') ? text : raised.replace('importers:', 'overrides:\\n  aa: 1.1.0\\n\\nimporters:'));`,
    code: 'dependency.not-locked',
    says: '"overrides"',
  },
  {
    does: 'locks a version that is too young',
    version: '9.0.9',
    program: `fs.writeFileSync(lock, raised.replaceAll('1.1.0', '1.2.0'));`,
    code: 'dependency.brings-too-young',
    says: 'aa@1.2.0',
  },
  {
    does: 'locks what was not asked for',
    version: '9.0.10',
    program: `fs.writeFileSync(lock, text);`,
    code: 'dependency.not-locked',
    says: 'pnpm 9.0.10 locked 1.0.0 of aa where 1.1.0 was asked for',
  },
  {
    does: 'says more than anybody reads',
    version: '9.0.11',
    program: `fs.writeSync(2, 'x'.repeat(300000)); process.exit(1);`,
    code: 'sandbox.failed',
    says: 'exited with 1',
  },
] as const;

describe('a package manager that means harm', () => {
  let verdaccio: TestRegistry;
  let stage: ManagerStage;
  let victim: string;
  beforeAll(async () => {
    victim = mkdtempSync(join(tmpdir(), 'autoland-test-victim-'));
    const planted = `fs.rmSync('packages', { recursive: true }); fs.symlinkSync(${JSON.stringify(victim)}, 'packages'); fs.writeFileSync(lock, raised);`;
    const programs = [...hostile, { version: '9.0.20', program: planted }];
    const own = programs.map(({ version, program }) =>
      oldPackage('pnpm', version, { files: { 'bin/pnpm.cjs': `${before}${program}` } }),
    );
    verdaccio = await startVerdaccio({ packages: [...own, ...managedPackages] });
  });
  afterAll(async () => {
    await verdaccio.close();
    rmSync(victim, { recursive: true, force: true });
  });
  beforeEach(() => {
    stage = new ManagerStage(verdaccio);
  });
  afterEach(() => {
    expect(stage.close()).toEqual([]);
  });

  it.each(hostile)('that $does is told, and proposes nothing', async ({ version, code, says }) => {
    stage.git.commit('main', await stage.project('pnpm', `pnpm@${version}`));
    const { proposals, skipped } = await stage.run();
    expect(proposals).toEqual([]);
    const told = skipped.find(({ name }) => name === 'aa');
    expect(told).toMatchObject({ code, reason: expect.stringContaining(says) });
    expect(told?.reason.length).toBeLessThan(2_000);
  });

  it('that puts a link where a folder was makes nobody write through it', async () => {
    const files = await stage.project('pnpm', 'pnpm@9.0.20');
    const lock = (files['pnpm-lock.yaml'] ?? '').replace('\npackages:', '\n  packages/x: {}\n\npackages:');
    const member = { 'packages/x/package.json': '{"name":"x","version":"1.0.0"}' };
    stage.git.commit('main', { ...files, ...member, 'pnpm-lock.yaml': lock });
    const { skipped } = await stage.run();
    expect(skipped.find(({ name }) => name === 'aa')).toMatchObject({ code: 'lockfile.invalid' });
    expect(existsSync(victim) && readdirSync(victim)).toEqual([]);
  });
});
