import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleEntry } from '../../testing/npm-samples.ts';
import { ejsProject, UpdateStage } from '../../testing/update-stage.ts';
import type { DependencyAgentSettings } from './run.ts';

let stage: UpdateStage;
let git: UpdateStage['git'];
let registry: UpdateStage['registry'];
beforeEach(async () => {
  stage = await UpdateStage.open();
  ({ git, registry } = stage);
});
afterEach(() => stage.close());

const run = (over: Partial<DependencyAgentSettings> = {}) => stage.run(over);

const textIn = (commit: string, path: string) => stage.textIn(commit, path);

/** A workspace whose members have ejs at two versions. */
function members(other: string) {
  const packages = {
    '': { name: 'root', workspaces: ['packages/*'] },
    'node_modules/a': { resolved: 'packages/a', link: true },
    'node_modules/b': { resolved: 'packages/b', link: true },
    'node_modules/ejs': sampleEntry('ejs', '2.6.1'),
    'packages/a': { version: '1.0.0', dependencies: { ejs: '2.6.1' } },
    'packages/b': { version: '1.0.0', dependencies: { ejs: other } },
    'packages/b/node_modules/ejs': sampleEntry('ejs', other),
  };
  return {
    'package.json': '{"name":"root","workspaces":["packages/*"]}',
    'packages/a/package.json': '{"name":"a","version":"1.0.0","dependencies":{"ejs":"2.6.1"}}',
    'packages/b/package.json': `{"name":"b","version":"1.0.0","dependencies":{"ejs":"${other}"}}`,
    'package-lock.json': JSON.stringify({ name: 'root', lockfileVersion: 3, requires: true, packages }),
  };
}

describe('range strategies in runDependencyAgent', () => {
  it('changes no range where only lockfiles change, and chooses what all ranges admit', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.6.2').add('ejs', '2.7.4');
    git.commit('main', ejsProject('~2.6.1'));
    const { proposals } = await run({ range: 'lockfile-only' });
    expect(proposals.map((each) => each.record.to)).toEqual(['2.6.2']);
    const changed = await git.diff(await git.resolve('main'), proposals[0]?.head ?? '');
    expect(changed.map((file) => file.path)).toEqual(['package-lock.json']);
  });

  it('widens a range, and locks the version', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4');
    git.commit('main', ejsProject('2.6.x'));
    const { proposals } = await run({ range: 'widen' });
    const head = proposals[0]?.head ?? '';
    expect(await textIn(head, 'package.json')).toContain('"2.6.x || 2.7.x"');
    expect(JSON.parse(await textIn(head, 'package-lock.json')).packages['node_modules/ejs'].version).toBe(
      '2.7.4',
    );
  });
});

describe('a workspace that has a package at several versions', () => {
  beforeEach(() => {
    registry.add('ejs', '2.6.1').add('ejs', '2.6.2').add('ejs', '2.7.4').add('ejs', '3.0.0');
  });

  it('gets one for all members', async () => {
    git.commit('main', members('2.6.2'));
    const { proposals } = await run();
    expect(proposals.map(({ title }) => title)).toEqual(['Update ejs from 2.6.1 to 2.7.4']);
    const head = proposals[0]?.head ?? '';
    expect(await textIn(head, 'packages/a/package.json')).toContain('"2.7.4"');
    expect(await textIn(head, 'packages/b/package.json')).toContain('"2.7.4"');
    const { packages } = JSON.parse(await textIn(head, 'package-lock.json'));
    expect(packages['node_modules/ejs'].version).toBe('2.7.4');
    expect(packages['packages/b/node_modules/ejs']).toBe(undefined);
  });

  it('is left alone where a member would get an older one', async () => {
    git.commit('main', members('3.0.0'));
    expect(await run()).toMatchObject({ proposals: [], skipped: [{ code: 'dependency.several-versions' }] });
  });
});

describe('a project that cannot be read', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a lockfile of npm 6', { 'package-lock.json': '{"lockfileVersion":1}' }, 'lockfile.invalid'],
    [
      'a lockfile that is cut off',
      { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\nimporters: {" },
      'lockfile.invalid',
    ],
    ['a manifest that is none', { 'package.json': '[]' }, 'manifest.invalid'],
  ])('for %s is told with the mend', async (_what, files, code) => {
    const { 'package-lock.json': lock, ...rest } = ejsProject('^2.6.1');
    git.commit('main', {
      ...rest,
      ...(code === 'manifest.invalid' && { 'package-lock.json': lock }),
      ...files,
    });
    const { proposals, skipped } = await run();
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([{ code, reason: expect.stringContaining('Mend: ') }]);
  });
});
