import { describe, expect, it } from 'vitest';
import { noCatalogs } from '../../../domain/lockfile/catalogs.ts';
import { parseLockfileOf } from '../../../domain/lockfile.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { sampleLocked } from '../../../testing/lock-samples.ts';
import type { PlannedUpdate } from '../choose/plan.ts';
import { chooseManager } from '../managers/choose.ts';
import type { Project } from '../managers/run-read.ts';
import { admitRanges } from '../managers/yarn-keys.ts';
import { askedByOthers, pinnedTexts } from './indirect.ts';

const update: PlannedUpdate = {
  name: '@s/kit',
  from: '1.0.0',
  to: '1.0.2',
  kind: 'patch',
  publishedAt: '2020-01-01T00:00:00.000Z',
  edits: [],
  pinned: [{ name: 'app', version: '1.0.0', range: '^1.0.0' }],
};

function project(packageManager: string, root: object = {}, workspace?: string): Project {
  const text = JSON.stringify({ name: 'root', packageManager, ...root });
  const lockfile = parseLockfileOf('pnpm', sampleLocked('pnpm', [])['pnpm-lock.yaml'] ?? '', new Map());
  const manifest = parseManifest(text, 'package.json');
  const manager = chooseManager({ dialect: 'pnpm', version: 9 }, manifest, undefined);
  if ('code' in manager) throw new Error(manager.reason);
  return {
    base: '0'.repeat(40),
    lockPath: 'pnpm-lock.yaml',
    texts: new Map([['package.json', text]]),
    manifests: new Map([['package.json', manifest]]),
    lockfile,
    settings: new Map(workspace === undefined ? [] : [['pnpm-workspace.yaml', workspace]]),
    sources: new Map(),
    catalogs: noCatalogs,
    manager,
  };
}

describe('what pins a version', () => {
  const own = { 'app@1.0.0>@s/kit': '1.0.2' };

  it.each<[string, Project, string, object]>([
    ['package.json up to pnpm 10', project('pnpm@10.34.9'), 'package.json', { pnpm: { overrides: own } }],
    [
      'package.json, beside what is there',
      project('pnpm@9.1.0', { pnpm: { x: 1, overrides: { a: '1' } } }),
      'package.json',
      { pnpm: { x: 1, overrides: { a: '1', ...own } } },
    ],
  ])('stands in %s', (_what, given, path, expected) => {
    const texts = pinnedTexts(given, new Map(), [update]);
    expect([...texts.keys()]).toEqual([path]);
    expect(JSON.parse(texts.get(path) ?? '')).toMatchObject(expected);
  });

  it.each([
    ['from pnpm 11 on', project('pnpm@11.0.0'), 'overrides:\n  app@1.0.0>@s/kit: 1.0.2\n'],
    [
      'where that has some already',
      project('pnpm@10.34.9', {}, 'packages: [a]\noverrides:\n  b: "1"\n'),
      'packages:\n  - a\noverrides:\n  b: "1"\n  app@1.0.0>@s/kit: 1.0.2\n',
    ],
  ])('stands in pnpm-workspace.yaml %s', (_what, given, expected) => {
    const texts = pinnedTexts(given, new Map(), [update]);
    expect(texts.get('pnpm-workspace.yaml')).toBe(expected);
    expect(texts.get('package.json')).toBe(given.texts.get('package.json'));
  });

  it('gives ranges of Yarn to the alias that was locked, whatever else is locked under its name', () => {
    const block = (key: string, version: string) => `"${key}":\n  version: ${version}\n`;
    const before = `__metadata:\n  version: 8\n\n${block('@s/kit@npm:^1.0.0', '1.0.0')}\n${block('autoland-pin-s-kit@npm:@s/kit@1.0.2', '1.0.2')}`;
    expect(admitRanges('yarn-berry', before, askedByOthers(update))).toBe(
      `__metadata:\n  version: 8\n\n${block('autoland-pin-s-kit@npm:@s/kit@1.0.2, @s/kit@npm:^1.0.0', '1.0.2')}`,
    );
  });

  it('is nothing where nobody but the project asks', () => {
    const texts = new Map([['package.json', '{}']]);
    expect(pinnedTexts(project('pnpm@11.0.0'), texts, [{ ...update, pinned: [] }])).toBe(texts);
  });
});
