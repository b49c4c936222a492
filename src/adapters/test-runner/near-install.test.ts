import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ci, contentsOf, InstallStage } from '../../testing/install-stage.ts';
import { startVerdaccio, type TestRegistry } from '../../testing/verdaccio.ts';
import { copyUntouched, holdsWhatIsLocked } from './near-install.ts';

let registry: TestRegistry;
beforeAll(async () => {
  const text = (name: string, version: string) => ({ 'index.js': `module.exports = '${name} ${version}';` });
  const packaged = (name: string, version: string, manifest = {}) => ({
    ...{ name, version, manifest },
    files: text(name, version),
  });
  registry = await startVerdaccio({
    packages: [
      packaged('left', '1.0.0', { bin: 'index.js' }),
      packaged('left', '1.1.0', { bin: { other: 'index.js' } }),
      packaged('deep', '1.0.0', { dependencies: { left: '1.0.0' } }),
      packaged('right', '1.0.0'),
    ],
  });
});
afterAll(() => registry.close());

let stage: InstallStage;
beforeEach(() => {
  stage = new InstallStage(registry);
});
afterEach(() => stage.remove());

describe('an install that is made out of another', () => {
  it.each([
    ['another version, one more, and one inside another', { left: '1.1.0', right: '1.0.0', deep: '1.0.0' }],
    ['one less', { left: '1.0.0' }],
  ])('is what npm ci would make: %s', async (_case, dependencies) => {
    const base = await stage.project('base', { left: '1.0.0', right: '1.0.0' });
    const head = await stage.project('head', dependencies);
    expect(await stage.besideBase(base, head)).toEqual({ failure: undefined, commands: ['install'] });
    const made = contentsOf(join(head, 'node_modules'));
    expect(made).toEqual(await stage.alone(head));
  });

  it.each<[string, (lock: string) => string]>([
    ['names another digest', (lock) => lock.replace(/sha512-..../g, 'sha512-AAAA')],
    ['is without what the manifest wants', (lock) => lock.replaceAll('"1.1.0"', '"1.0.0"')],
    ['cannot be read', () => '{'],
  ])('is refused as npm ci refuses it where the lockfile %s', async (_case, spoil) => {
    const base = await stage.project('base', { left: '1.0.0' });
    const head = await stage.project('head', { left: '1.1.0' });
    const path = join(head, 'package-lock.json');
    writeFileSync(path, spoil(readFileSync(path, 'utf8')));
    const { failure, commands } = await stage.besideBase(base, head);
    expect(failure).toMatchObject({ kind: 'exited', code: 1 });
    expect(commands).toEqual(['install', 'ci']);
    expect(existsSync(join(head, 'node_modules'))).toBe(false);
    expect(readdirSync(join(stage.root, 'beside'))).toHaveLength(1);
  });

  it('is made without it where it is not there', async () => {
    const head = await stage.project('head', { left: '1.0.0' });
    const { installs: made, commands } = stage.installs('kept');
    expect(await made.provide({ tree: head, argv: ci, near: join(stage.root, 'gone') })).toBeUndefined();
    expect(commands).toEqual(['ci']);
  });
});

describe('copyUntouched', () => {
  it('does not believe a copy of what was taken away meanwhile', async () => {
    const [from, to] = [join(stage.root, 'from'), join(stage.root, 'to')];
    mkdirSync(join(from, 'node_modules'), { recursive: true });
    mkdirSync(to);
    for (let n = 0; n < 3000; n += 1) writeFileSync(join(from, 'node_modules', `${n}`), 'x');
    expect(await copyUntouched(from, to)).toBe(true);
    expect(readdirSync(join(to, 'node_modules'))).toHaveLength(3000);
    rmSync(join(to, 'node_modules'), { recursive: true });
    const copying = copyUntouched(from, to);
    while (!existsSync(join(to, 'node_modules'))) await new Promise((resolve) => setTimeout(resolve, 1));
    renameSync(join(from, 'node_modules'), join(from, 'away'));
    renameSync(join(from, 'away'), join(from, 'node_modules'));
    expect(await copying).toBe(false);
    expect(await copyUntouched(join(stage.root, 'gone'), to)).toBe(false);
  });
});

describe('holdsWhatIsLocked', () => {
  const entry = fc.record(
    { version: fc.constantFrom('1.0.0', '2.0.0'), integrity: fc.constantFrom('sha512-a', 'sha512-b') },
    { requiredKeys: ['version', 'integrity'] },
  );
  const name = fc.constantFrom('a', 'b', '@s/c', 'a/node_modules/d').map((path) => `node_modules/${path}`);
  const packages = fc.dictionary(name, entry, { minKeys: 1, noNullPrototype: true });
  const locked = (all: object) => ({ packages: { '': { name: 'project' }, ...all } });

  it('believes the same packages by the same digests, and what is optional to be missing', () => {
    fc.assert(
      fc.property(packages, fc.boolean(), (all, isThere) => {
        const optional = {
          'node_modules/fsevents': { version: '1.0.0', integrity: 'sha512-c', optional: true },
        };
        const found = isThere ? { ...all, ...optional } : all;
        expect(holdsWhatIsLocked(locked({ ...all, ...optional }), { packages: found })).toBe(true);
      }),
    );
  });

  it('believes nothing else', () => {
    fc.assert(
      fc.property(packages, fc.nat(), fc.nat(4), (all, at, how) => {
        const [path, one] = Object.entries(all)[at % Object.keys(all).length] ?? ['', { version: '' }];
        const { [path]: _one, ...without } = all;
        const spoilt = [
          without,
          { ...all, [path]: { ...one, version: '3.0.0' } },
          { ...all, [path]: { ...one, integrity: 'sha512-z' } },
          { ...all, [path]: { version: one.version } },
          { ...all, 'node_modules/more': { version: '1.0.0', integrity: 'sha512-a' } },
        ][how];
        expect(holdsWhatIsLocked(locked(all), { packages: spoilt })).toBe(false);
      }),
    );
  });

  it.each<[string, object, object, boolean]>([
    ['a link to the same place', { link: true, resolved: 'a' }, { link: true, resolved: 'a' }, true],
    ['a link to another place', { link: true, resolved: 'a' }, { link: true, resolved: 'b' }, false],
    ['a package for a link', { link: true, resolved: 'a' }, { version: '1.0.0', integrity: 'x' }, false],
    ['what is bundled', { version: '1.0.0', inBundle: true }, { version: '1.0.0', inBundle: true }, true],
    ['what has no digest', { version: '1.0.0' }, { version: '1.0.0' }, false],
  ])('of %s', (_case, want, have, expected) => {
    const path = 'packages/p/node_modules/x';
    expect(holdsWhatIsLocked({ packages: { [path]: want } }, { packages: { [path]: have } })).toBe(expected);
  });

  it.each([[undefined], [{}], [{ packages: [] }], [{ packages: { a: 1 } }]])('not of %j', (nonsense) => {
    expect(holdsWhatIsLocked(nonsense, { packages: {} })).toBe(false);
    expect(holdsWhatIsLocked({ packages: {} }, nonsense)).toBe(false);
  });
});
