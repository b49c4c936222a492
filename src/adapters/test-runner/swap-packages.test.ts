import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Argv } from '../../ports/test-runner.ts';
import { ci, contentsOf, InstallStage } from '../../testing/install-stage.ts';
import { packPackage, packTarball, type TarFile } from '../../testing/tarball.ts';
import { startVerdaccio, type TestPackage, type TestRegistry } from '../../testing/verdaccio.ts';
import { LaidSwaps, type Made, type ReadTarball, type Swapped } from './swap-packages.ts';

/** What npm writes otherwise than it stands in the archive, or not at all. */
const odd: readonly TarFile[] = [
  { path: 'odd-1.1.0/package.json', text: '{"name":"odd","version":"1.1.0"}' },
  { path: 'odd-1.1.0/run.sh', text: 'true', mode: 0o755 },
  { path: 'odd-1.1.0/closed.js', text: '1', mode: 0o000 },
  { path: 'odd-1.1.0/open.js', text: '2', mode: 0o666 },
  { path: 'odd-1.1.0/empty', text: '', type: 'Directory', mode: 0o700 },
  { path: 'odd-1.1.0/deep/er/still.js', text: '3' },
  { path: 'odd-1.1.0/.gitignore', text: 'dist' },
  { path: 'odd-1.1.0/deep/.npmignore', text: 'a' },
  { path: 'odd-1.1.0/deep/.gitignore', text: 'b' },
  { path: 'odd-1.1.0/link', text: '/etc/passwd', type: 'SymbolicLink' },
  { path: 'odd-1.1.0/twice.js', text: 'first' },
  { path: 'odd-1.1.0/twice.js', text: 'last' },
  { path: 'odd-1.1.0/Straße – \u0065\u0301.js', text: 'ü' },
  { path: 'other/beside.js', text: 'another first folder' },
  { path: 'unfoldered', text: 'none' },
];

/** The same but for its version, in two of them. */
const both = (name: string, manifest = {}): TestPackage[] =>
  ['1.0.0', '1.1.0'].map((version) => ({
    ...{ name, version, manifest },
    files: { 'index.js': `module.exports = '${name} ${version}';`, [`only-${version}.js`]: '' },
  }));
const packages: TestPackage[] = [
  ...both('left'),
  ...both('right'),
  ...both('wants', { dependencies: { left: '^1.0.0' } }),
  ...both('scripted', { scripts: { install: 'exit 9' } }),
  { name: 'odd', version: '1.0.0', files: { 'index.js': '' } },
  { name: 'odd', version: '1.1.0', tarball: packTarball(odd) },
  { name: 'sly', version: '1.0.0', files: { 'index.js': '' } },
  // Its registry says nothing of a command, of needs, or of what is bundled.
  {
    ...{ name: 'sly', version: '1.1.0' },
    tarball: packPackage(
      {
        ...{ name: 'sly', version: '1.1.0', bin: 'run.js', dependencies: { left: '1.0.0' } },
        bundleDependencies: ['left'],
        scripts: { install: 'exit 9' },
      },
      { 'run.js': '', 'node_modules/left/package.json': '{"name":"left","version":"1.0.0"}' },
    ),
  },
];

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startVerdaccio({ packages });
});
afterAll(() => registry.close());

let stage: InstallStage;
beforeEach(() => {
  stage = new InstallStage(registry);
});
afterEach(() => stage.remove());

const tarball: ReadTarball = async (name, version) =>
  Buffer.from(await (await fetch(`${registry.url}${name}/-/${name}-${version}.tgz`)).arrayBuffer());

const old = { left: '1.0.0', odd: '1.0.0', right: '1.1.0', scripted: '1.0.0', sly: '1.0.0', wants: '1.0.0' };
const other = {
  left: '1.1.0',
  odd: '1.1.0',
  right: '1.0.0',
  scripted: '1.1.0',
  sly: '1.1.0',
  wants: '1.1.0',
};

describe('an install in which packages are swapped', () => {
  it('is what npm ci would make, without npm', async () => {
    const [base, head] = [await stage.project('base', old), await stage.project('head', other)];
    expect(await stage.besideBase(base, head, tarball)).toEqual({ failure: undefined, commands: [] });
    expect(contentsOf(join(head, 'node_modules'))).toEqual(await stage.alone(head));
    expect(readdirSync(stage.root).filter((name) => /^(swap|draft)-/.test(name))).toEqual([]);
  });

  it.each<[string, ReadTarball, Argv]>([
    ['the registry does not answer', () => Promise.reject(new Error('unreachable')), ci],
    ['scripts may run', tarball, ['npm', 'ci', '--ignore-scripts=false']],
  ])('is made by npm where %s', async (_case, read, argv) => {
    const [base, head] = [
      await stage.project('base', { left: '1.0.0' }),
      await stage.project('head', { left: '1.1.0' }),
    ];
    expect((await stage.besideBase(base, head, read, argv)).commands).toEqual(['install']);
  });
});

describe('packages that are laid beside an install', () => {
  /** As npm leaves it, after which other manifests and another lockfile were put there. */
  let dir: string;
  let base: Made;
  const options = () => ({ tarball, beside: stage.root, owner: undefined });
  const left = 'node_modules/left/only-1.1.0.js';

  beforeEach(async () => {
    const digest = async (version: string) =>
      `sha512-${createHash('sha512')
        .update((await tarball('left', version)) ?? '')
        .digest('base64')}`;
    const lock = async (version: string) => ({
      ...{ name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true },
      packages: {
        '': { name: 'project', version: '1.0.0', dependencies: { left: version } },
        'node_modules/left': {
          version,
          resolved: `${registry.url}left/-/left-${version}.tgz`,
          integrity: await digest(version),
        },
      },
    });
    const [before, after] = [await lock('1.0.0'), await lock('1.1.0')];
    dir = join(stage.root, 'install');
    mkdirSync(join(dir, 'node_modules/left'), { recursive: true });
    const { '': _root, ...installed } = before.packages;
    const list = JSON.stringify({ ...before, packages: installed });
    base = { lockfile: JSON.stringify(before), manifest: JSON.stringify(before.packages['']), list };
    writeFileSync(join(dir, 'node_modules/.package-lock.json'), list);
    writeFileSync(join(dir, 'package-lock.json'), JSON.stringify(after));
    writeFileSync(join(dir, 'package.json'), JSON.stringify(after.packages['']));
  });

  /** `none`, too, where nothing is laid. */
  async function swap(from: Made, read: ReadTarball = tarball): Promise<Swapped> {
    const laid = await LaidSwaps.lay(dir, from, { ...options(), tarball: read });
    const swapped = (await laid?.put(dir)) ?? 'none';
    await laid?.remove();
    return swapped;
  }

  it('take the place of another version', async () => {
    expect(await swap(base)).toBe('all');
    expect(existsSync(join(dir, left))).toBe(true);
    expect(readdirSync(stage.root)).toEqual(['install']);
  });

  it.each<[string, ReadTarball]>([
    ['there is none', async () => undefined],
    ['another is served', () => tarball('right', '1.1.0')],
    ['it is no archive', async () => Buffer.from('none')],
  ])('touch nothing where %s', async (_case, read) => {
    const before = contentsOf(dir);
    expect(await swap(base, read)).toBe('none');
    expect(contentsOf(dir)).toEqual(before);
    expect(readdirSync(stage.root)).toEqual(['install']);
  });

  it('are written nowhere that a link leads to', async () => {
    const elsewhere = join(stage.root, 'elsewhere');
    mkdirSync(elsewhere);
    renameSync(join(dir, 'node_modules/left'), join(elsewhere, 'left'));
    symlinkSync(join(elsewhere, 'left'), join(dir, 'node_modules/left'));
    expect(await swap(base)).toBe('none');
    expect(readdirSync(join(elsewhere, 'left'))).toEqual([]);
  });

  it('touch nothing where npm has noted something else than the lockfile, or meanwhile something else', async () => {
    const [lockfile, manifest] = ['package-lock.json', 'package.json'].map((file) =>
      readFileSync(join(dir, file), 'utf8'),
    );
    const head = { ...base, lockfile: lockfile ?? '', manifest: manifest ?? '' };
    expect(await swap({ ...base, lockfile: base.lockfile.replace('sha512-', 'sha512-A') })).toBe('none');
    expect(await swap(head)).toBe('none');
    expect(await swap({ ...base, list: `${base.list} ` })).toBe('none');
    expect(existsSync(join(dir, left))).toBe(false);
  });

  it('say so where they were put in place in part', async () => {
    const laid = await LaidSwaps.lay(dir, base, options());
    await laid?.remove();
    expect(await laid?.put(dir)).toBe('some');
  });
});
