import { describe, expect, it } from 'vitest';
import { noCatalogs, readCatalogs } from '../../../domain/lockfile/catalogs.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import type { Candidate } from './candidates.ts';
import { setAside } from './workspaces.ts';

const manifests = (all: Record<string, object>) =>
  new Map(
    Object.entries(all).map(([path, raw]) => [path, parseManifest(JSON.stringify(raw), path)] as const),
  );
const candidate = (name: string): Candidate => ({
  name,
  from: '1.0.0',
  uses: [{ path: 'package.json', section: 'dependencies', name, spec: '^1.0.0' }],
});

/** Codes of what is left alone, by name; `null`: it goes on. */
function decided(root: object, settings: Record<string, string> = {}): Record<string, string | null> {
  const all = { 'package.json': { dependencies: { ejs: '^1.0.0', '@s/x': '^1.0.0' }, ...root } };
  const found = { candidates: [candidate('ejs'), candidate('@s/x')], skipped: [] };
  const catalogs = readCatalogs('pnpm', settings['pnpm-workspace.yaml']);
  const workspace = { manifests: manifests(all), settings: new Map(Object.entries(settings)), catalogs };
  const { candidates, skipped } = setAside(found, workspace);
  return Object.fromEntries([
    ...candidates.map(({ name }) => [name, null]),
    ...skipped.map(({ name, code }) => [name, code]),
  ]);
}

const left = { ejs: 'dependency.overridden', '@s/x': null };
const free = { ejs: null, '@s/x': null };

describe('setAside', () => {
  it.each([
    [{ overrides: { ejs: '1.0.0' } }, left],
    [{ overrides: { 'ejs@^1.0.0': '1.0.0' } }, left],
    [{ overrides: { ejs: { '.': '1.0.0' } } }, left],
    [{ overrides: { ejs: { jake: '1.0.0' } } }, free],
    [{ overrides: { other: { ejs: '1.0.0' } } }, free],
    [{ overrides: { ejs: '$ejs' } }, free],
    [{ overrides: { ejsx: '1.0.0' } }, free],
    [{ resolutions: { ejs: '1.0.0' } }, left],
    [{ resolutions: { '**/ejs': '1.0.0' } }, left],
    [{ resolutions: { 'ejs@npm:^1.0.0': '1.0.0' } }, left],
    [{ resolutions: { 'other/ejs': '1.0.0' } }, free],
    [{ pnpm: { overrides: { ejs: '-' } } }, left],
    [{ pnpm: { overrides: { 'other>ejs': '1.0.0' } } }, free],
    [{ overrides: { '@s/x': '1.0.0' } }, { ejs: null, '@s/x': 'dependency.overridden' }],
    [{ overrides: 'ejs' }, free],
  ])('of %j leaves alone what it decides', (root, expected) => {
    expect(decided(root)).toEqual(expected);
  });

  it('reads the overrides of pnpm-workspace.yaml, and bears with one that is no YAML', () => {
    expect(decided({}, { 'pnpm-workspace.yaml': 'overrides:\n  ejs: 1.0.0\n' })).toEqual(left);
    expect(decided({}, { 'pnpm-workspace.yaml': 'a: [' })).toEqual(free);
  });

  it('raises no member alone where another one takes the version from a catalog', () => {
    const all = manifests({
      'package.json': { dependencies: { ejs: '^1.0.0' } },
      'packages/a/package.json': { name: 'a', dependencies: { ejs: 'catalog:', b: 'workspace:^' } },
      'packages/b/package.json': { name: 'b', dependencies: { a: '^1.0.0' } },
    });
    const skipped = ['ejs', 'b', 'a', 'git'].map((name) => ({
      name,
      version: null,
      code: 'dependency.not-from-registry',
      reason: '',
    }));
    const found = setAside(
      { candidates: [candidate('ejs')], skipped },
      { manifests: all, settings: new Map(), catalogs: noCatalogs },
    );
    expect(found.candidates).toEqual([]);
    expect(found.skipped.map(({ name, code }) => `${name} ${code}`)).toEqual([
      'ejs dependency.catalog',
      'b dependency.workspace-member',
      'a dependency.workspace-member',
      'git dependency.not-from-registry',
    ]);
  });
});
