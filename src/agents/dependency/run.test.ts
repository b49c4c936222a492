import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleSettings } from '../../testing/dependency-settings.ts';
import { sampleEntry, sampleIntegrity, sampleProject } from '../../testing/npm-samples.ts';
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

describe('runDependencyAgent', () => {
  it('proposes the highest version, with a minimal edit and a lockfile from npm', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4').add('ejs', '3.0.0');
    const files = ejsProject('^2.6.1');
    const tabs = files['package.json'].replaceAll('  ', '\t');
    git.commit('main', { ...files, 'package.json': tabs, 'src/x.js': '1' });
    const { proposals } = await run();
    expect(proposals).toMatchObject([
      {
        source: 'agent:dependency',
        title: 'Update ejs from 2.6.1 to 2.7.4',
        ref: 'refs/heads/autoland/dependency/ejs-2.7.4',
        record: {
          package: 'ejs',
          from: '2.6.1',
          to: '2.7.4',
          kind: 'minor',
          base: await git.resolve('main'),
        },
      },
    ]);
    const head = proposals[0]?.head ?? '';
    expect(await textIn(head, 'package.json')).toBe(tabs.replace('^2.6.1', '^2.7.4'));
    const lock = JSON.parse(await textIn(head, 'package-lock.json'));
    expect(lock.packages['node_modules/ejs']).toMatchObject({
      version: '2.7.4',
      resolved: 'https://registry.npmjs.org/ejs/-/ejs-2.7.4.tgz',
      integrity: sampleIntegrity('ejs', '2.7.4'),
    });
    const changed = await git.diff(await git.resolve('main'), head);
    expect(changed.map((file) => file.path)).toEqual(['package-lock.json', 'package.json']);
  });

  it('gives each package a branch of its own, whatever their scopes', async () => {
    const names = ['@a/b', 'a-b'];
    const entries = names.map((name) => {
      registry.add(name, '1.0.0').add(name, '1.0.1');
      return [`node_modules/${name}`, sampleEntry(name, '1.0.0')] as const;
    });
    const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
    git.commit('main', sampleProject({ dependencies }, Object.fromEntries(entries)));
    const refs = (await run()).proposals.map(({ ref }) => ref).sort();
    expect(refs).toEqual(['@a/b', 'a-b'].map((name) => `refs/heads/autoland/dependency/${name}-1.0.1`));
  });

  it('locks the chosen version, not the newest that the range admits', async () => {
    registry
      .add('ejs', '2.6.1')
      .add('ejs', '2.6.2')
      .add('ejs', '2.7.4', { publishedAt: '2025-12-31T00:00:00Z' });
    git.commit('main', ejsProject('2.x'));
    const { proposals } = await run();
    expect(proposals.map((each) => each.record.to)).toEqual(['2.6.2']);
    const changed = await git.diff(await git.resolve('main'), proposals[0]?.head ?? '');
    expect(changed.map((file) => file.path)).toEqual(['package-lock.json']);
  });

  it('takes the next lower version when the highest was turned away here', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.3').add('ejs', '2.7.4');
    git.commit('main', ejsProject('~2.6.1'));
    const { proposals } = await run({
      remembered: [{ name: 'ejs', version: '2.7.4', code: 'rollout.server-errors' }],
    });
    expect(proposals.map((each) => each.title)).toEqual(['Update ejs from 2.6.1 to 2.7.3']);
    expect(await textIn(proposals[0]?.head ?? '', 'package.json')).toContain('"~2.7.3"');
  });

  it('waits for a package that comes with it, and says for how long', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4', { dependencies: { jake: '^1.0.0' } });
    registry.add('jake', '1.0.0', { publishedAt: '2025-12-30T00:00:00Z' });
    git.commit('main', ejsProject('^2.6.1'));
    const { proposals, skipped } = await run();
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([
      {
        name: 'ejs',
        code: 'dependency.brings-too-young',
        reason: expect.stringContaining('jake@1.0.0'),
        until: '2026-01-06T00:00:00.000Z',
      },
    ]);
  });

  it('locks an older version of what comes with it, where the range admits one', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4', { dependencies: { jake: '^1.0.0' } });
    registry.add('jake', '1.0.0').add('jake', '1.1.0', { publishedAt: '2025-12-30T00:00:00Z' });
    git.commit('main', ejsProject('^2.6.1'));
    const { proposals } = await run();
    const lock = JSON.parse(await textIn(proposals[0]?.head ?? '', 'package-lock.json'));
    expect(lock.packages['node_modules/jake'].version).toBe('1.0.0');
  });

  it('lets what is locked already be young', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4', { dependencies: { jake: '1.1.0' } });
    registry.add('jake', '1.1.0', { publishedAt: '2025-12-30T00:00:00Z' });
    const packages = { ejs: sampleEntry('ejs', '2.6.1'), jake: sampleEntry('jake', '1.1.0') };
    const dependencies = { ejs: '^2.6.1', jake: '1.1.0' };
    const entries = Object.entries(packages).map(([name, entry]) => [`node_modules/${name}`, entry]);
    git.commit('main', sampleProject({ dependencies }, Object.fromEntries(entries)));
    expect((await run({ only: ['ejs'] })).proposals).toMatchObject([{ record: { to: '2.7.4' } }]);
  });

  it('edits every workspace that names it, and keeps a lockfile that names no tarballs', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.6.2');
    const lock = {
      name: 'root',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'root', workspaces: ['packages/*'] },
        'node_modules/a': { resolved: 'packages/a', link: true },
        'node_modules/b': { resolved: 'packages/b', link: true },
        'node_modules/ejs': { version: '2.6.1', integrity: sampleIntegrity('ejs', '2.6.1') },
        'packages/a': { version: '1.0.0', dependencies: { ejs: '^2.6.1' } },
        'packages/b': { version: '1.0.0', devDependencies: { ejs: '2.6.1' } },
      },
    };
    git.commit('main', {
      'package.json': '{"name":"root","workspaces":["packages/*"]}',
      'packages/a/package.json': '{"name":"a","version":"1.0.0","dependencies":{"ejs":"^2.6.1"}}',
      'packages/b/package.json': '{"name":"b","version":"1.0.0","devDependencies":{"ejs":"2.6.1"}}',
      'package-lock.json': `${JSON.stringify(lock, null, 4)}\n`,
    });
    const { proposals, skipped } = await run();
    const head = proposals[0]?.head ?? '';
    expect(skipped).toEqual([]);
    expect(await textIn(head, 'packages/a/package.json')).toContain('"^2.6.2"');
    expect(await textIn(head, 'packages/b/package.json')).toContain('"2.6.2"');
    const text = await textIn(head, 'package-lock.json');
    expect(text).toMatch(/^\{\n {4}"name"/);
    expect(JSON.parse(text).packages['node_modules/ejs']).toEqual({
      version: '2.6.2',
      integrity: sampleIntegrity('ejs', '2.6.2'),
    });
  });

  it('honours maxOpen and says why of everything else', async () => {
    registry.add('a', '1.0.0').add('a', '1.0.1').add('b', '1.0.0').add('b', '1.0.1').add('c', '1.0.0');
    git.commit(
      'main',
      sampleProject(
        { dependencies: { a: '1.0.0', b: '1.0.0', c: '1.0.0', d: 'github:x/d', gone: '1.0.0' } },
        {
          'node_modules/a': sampleEntry('a', '1.0.0'),
          'node_modules/b': sampleEntry('b', '1.0.0'),
          'node_modules/c': sampleEntry('c', '1.0.0'),
          'node_modules/gone': sampleEntry('gone', '1.0.0'),
        },
      ),
    );
    const { proposals, skipped } = await run({
      maxOpen: 1,
      open: [{ name: 'x', version: '1.0.0', change: 'chg_1' }],
    });
    expect(proposals).toEqual([]);
    expect(new Map(skipped.map((each) => [each.name, each.code]))).toEqual(
      new Map([
        ['d', 'dependency.not-from-registry'],
        ['c', 'dependency.up-to-date'],
        ['gone', 'dependency.unknown-package'],
        ['a', 'dependency.max-open'],
        ['b', 'dependency.max-open'],
      ]),
    );
    expect(stage.sandbox.jobs).toEqual([]);
  });

  it('proposes at its pace, and says when it goes on', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4');
    git.commit('main', ejsProject('^2.6.1'));
    const now = sampleSettings.asOf;
    const opensAt = new Date(now.getTime() + 1000);
    const late = await run({ pace: { opensAt, maxPerDay: null, proposedAt: [], now } });
    expect(late.skipped).toMatchObject([
      { name: 'ejs', code: 'dependency.out-of-schedule', until: opensAt.toISOString() },
    ]);
    const full = await run({ pace: { maxPerDay: 1, proposedAt: [now.toISOString()], now } });
    expect(full.skipped).toMatchObject([{ name: 'ejs', code: 'dependency.max-per-day' }]);
    expect(stage.sandbox.jobs).toEqual([]);
  });

  it('reports a registry that is down', async () => {
    git.commit('main', ejsProject('^2.6.1'));
    registry.down = true;
    expect(await run()).toMatchObject({
      proposals: [],
      skipped: [{ name: 'ejs', code: 'registry.unreachable' }],
    });
  });

  it('does not propose again what is held, until the branch moves or there is something newer', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.3');
    const base = git.commit('main', ejsProject('^2.6.1'));
    const held = [{ name: 'ejs', from: '2.6.1', to: '2.7.3', base, change: 'chg_1' }];
    expect(await run({ held })).toMatchObject({
      proposals: [],
      skipped: [{ name: 'ejs', code: 'dependency.held', reason: expect.stringContaining('chg_1') }],
    });
    registry.add('ejs', '2.7.4');
    expect((await run({ held })).proposals).toMatchObject([{ record: { to: '2.7.4' } }]);
    git.commit('main', { 'src/x.js': '1' }, base);
    expect((await run({ held: [{ ...held[0], to: '2.7.4' }] as typeof held })).proposals).toHaveLength(1);
  });

  it('asks a registry that is down once for each scope', async () => {
    const entries = Object.fromEntries(
      ['a', 'b', '@s/a', '@s/b'].map((name) => [`node_modules/${name}`, sampleEntry(name, '1.0.0')]),
    );
    git.commit(
      'main',
      sampleProject({ dependencies: { a: '1', b: '1', '@s/a': '1', '@s/b': '1' } }, entries),
    );
    registry.down = true;
    const { skipped } = await run();
    expect(skipped.map(({ name, code }) => `${name} ${code}`)).toEqual(
      ['@s/a', '@s/b', 'a', 'b'].map((name) => `${name} registry.unreachable`),
    );
    expect(registry.asked).toEqual(['@s/a', 'a']);
  });

  it('reports what npm cannot resolve', async () => {
    registry.add('ejs', '2.6.1').add('ejs', '2.7.4', { dependencies: { nowhere: '^1.0.0' } });
    git.commit('main', ejsProject('^2.6.1'));
    expect(await run()).toMatchObject({ proposals: [], skipped: [{ name: 'ejs', code: 'sandbox.failed' }] });
  });
});
