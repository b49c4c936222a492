import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { UpdateStage } from '../../testing/update-stage.ts';
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

describe('a group', () => {
  const names = ['a', 'b', 'c', 'd'];
  const group = { packages: ['*'], classes: ['dependency-patch', 'dependency-minor'] } as const;

  beforeEach(() => {
    const entries = names.map((name) => {
      registry.add(name, '1.0.0').add(name, '1.0.1');
      return [`node_modules/${name}`, sampleEntry(name, '1.0.0')] as const;
    });
    const dependencies = Object.fromEntries(names.map((name) => [name, '^1.0.0']));
    git.commit('main', sampleProject({ dependencies }, Object.fromEntries(entries)));
  });

  it('makes one change, with one lockfile', async () => {
    const { proposals, skipped } = await run({ groups: { all: group } });
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      {
        title: 'Update 4 packages of the group all',
        ref: expect.stringMatching(/^refs\/heads\/autoland\/dependency\/groups\/all-[0-9a-f]{8}$/),
        record: {
          group: 'all',
          updates: names.map((name) => ({ package: name, from: '1.0.0', to: '1.0.1', kind: 'patch' })),
        },
      },
    ]);
    const head = proposals[0]?.head ?? '';
    const lock = JSON.parse(await textIn(head, 'package-lock.json'));
    for (const name of names) expect(lock.packages[`node_modules/${name}`].version).toBe('1.0.1');
    expect((await textIn(head, 'package.json')).match(/\^1\.0\.1/g)).toHaveLength(4);
  });

  it('proposes the rest where one cannot be locked', async () => {
    registry.add('c', '1.0.1', { dependencies: { nowhere: '^1.0.0' } });
    const { proposals, skipped } = await run({ groups: { all: group }, only: ['c', 'd'] });
    expect(proposals).toMatchObject([
      { title: 'Update d from 1.0.0 to 1.0.1', record: { package: 'd', group: 'all' } },
    ]);
    expect(skipped).toMatchObject([{ name: 'c', code: 'sandbox.failed' }]);
  });

  it('counts a change that is under way once, however many packages it has', async () => {
    const open = ['a', 'b'].map((name) => ({ name, version: '1.0.1', change: 'chg_1' }));
    const { proposals, skipped } = await run({ groups: { all: group }, open, maxOpen: 2 });
    expect(proposals.map(({ title }) => title)).toEqual(['Update 2 packages of the group all']);
    expect(skipped.map(({ name, code }) => `${name} ${code}`)).toEqual([
      'a dependency.open',
      'b dependency.open',
    ]);
  });
});
