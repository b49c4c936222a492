import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../../../domain/errors.ts';
import type { Advisory, AdvisoryAnswer } from '../../../domain/npm/advisories.ts';
import type { Advisories } from '../../../ports/advisories.ts';
import { MemoryAdvisories } from '../../../testing/memory-package-proofs.ts';
import { sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import { UpdateStage } from '../../../testing/update-stage.ts';
import type { DependencyAgentSettings } from '../run.ts';

let stage: UpdateStage;
let git: UpdateStage['git'];
let registry: UpdateStage['registry'];
beforeEach(async () => {
  stage = await UpdateStage.open();
  ({ git, registry } = stage);
});
afterEach(() => stage.close());

const security = { source: { from: 'registry' }, minimumAgeDays: 7 } as const;
const run = (advisories: Advisories, over: Partial<DependencyAgentSettings> = {}) =>
  stage.run({ security, ...over }, advisories);

const advisory: Advisory = {
  id: 'GHSA-1',
  title: 'Bad',
  url: 'https://a.test/',
  severity: 'high',
  malicious: false,
};
const against = (...keys: string[]) =>
  new MemoryAdvisories(Object.fromEntries(keys.map((key) => [key, [advisory]])));

function kits(...versions: string[]): void {
  for (const version of versions) registry.add('kit', version);
}

/** A project that names app, which brings kit, and maybe another package, which brings kit 2. */
function broughtKit(range: string, other?: string): void {
  registry.add('app', '1.0.0', { dependencies: { kit: range } });
  const entries = {
    'node_modules/app': sampleEntry('app', '1.0.0', { dependencies: { kit: range } }),
    'node_modules/kit': sampleEntry('kit', '1.0.0'),
  };
  const dependencies = { kit: '^2.0.0' };
  const more =
    other === undefined
      ? {}
      : {
          [`node_modules/${other}`]: sampleEntry(other, '1.0.0', { dependencies }),
          [`node_modules/${other}/node_modules/kit`]: sampleEntry('kit', '2.0.0'),
        };
  if (other !== undefined) registry.add(other, '1.0.0', { dependencies });
  const named = { app: '^1.0.0', ...(other !== undefined && { [other]: '^1.0.0' }) };
  git.commit('main', sampleProject({ dependencies: named }, { ...entries, ...more }));
}

async function lockedIn(head: string | undefined, path: string): Promise<string> {
  const text = (await git.readFile(head ?? '', 'package-lock.json'))?.toString('utf8') ?? '';
  return JSON.parse(text).packages[path].version;
}

describe('a vulnerable version', () => {
  it('that the project names is raised to the least that mends it', async () => {
    kits('1.0.0', '1.0.1', '1.0.2', '1.1.0', '2.0.0');
    git.commit(
      'main',
      sampleProject({ dependencies: { kit: '^1.0.0' } }, { 'node_modules/kit': sampleEntry('kit', '1.0.0') }),
    );
    const { proposals, skipped } = await run(against('kit@1.0.0', 'kit@1.0.1'), { updates: ['minor'] });
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([
      {
        title: 'Update kit from 1.0.0 to 1.0.2, against GHSA-1',
        record: { package: 'kit', to: '1.0.2', kind: 'patch', fixes: ['GHSA-1'] },
      },
    ]);
  });

  it('that comes with another is raised in the lockfile alone, as little as may be', async () => {
    kits('1.0.0', '1.0.1', '1.0.2', '1.5.0', '2.0.0', '2.1.0');
    broughtKit('^1.0.0', 'other');
    const { proposals, skipped } = await run(against('kit@1.0.0', 'kit@1.0.1'));
    expect(skipped.map(({ name, code }) => `${name} ${code}`)).toEqual([
      'app dependency.up-to-date',
      'other dependency.up-to-date',
    ]);
    expect(proposals).toMatchObject([{ record: { package: 'kit', from: '1.0.0', to: '1.0.2' } }]);
    const head = proposals[0]?.head;
    expect(await lockedIn(head, 'node_modules/kit')).toBe('1.0.2');
    expect(await lockedIn(head, 'node_modules/other/node_modules/kit')).toBe('2.0.0');
    const changed = await git.diff(await git.resolve('main'), head ?? '');
    expect(changed.map(({ path }) => path)).toEqual(['package-lock.json']);
  });

  it('that only one package has for itself is raised where it lies', async () => {
    kits('1.0.0', '1.0.1', '1.5.0', '2.0.0', '2.1.0');
    registry.add('app', '1.0.0', { dependencies: { kit: '^1.0.0' } });
    const dependencies = { app: '^1.0.0', kit: '^2.0.0' };
    git.commit(
      'main',
      sampleProject(
        { dependencies },
        {
          'node_modules/app': sampleEntry('app', '1.0.0', { dependencies: { kit: '^1.0.0' } }),
          'node_modules/app/node_modules/kit': sampleEntry('kit', '1.0.0'),
          'node_modules/kit': sampleEntry('kit', '2.0.0'),
        },
      ),
    );
    const { proposals } = await run(against('kit@1.0.0'), { updates: ['patch'] });
    expect(proposals).toMatchObject([{ record: { package: 'kit', from: '1.0.0', to: '1.0.1' } }]);
    const head = proposals[0]?.head;
    expect(await lockedIn(head, 'node_modules/app/node_modules/kit')).toBe('1.0.1');
    expect(await lockedIn(head, 'node_modules/kit')).toBe('2.0.0');
  });

  it('that its asker holds fast takes the least raise of what the project names', async () => {
    kits('1.0.0', '2.0.0');
    broughtKit('^1.0.0');
    registry.add('app', '1.0.1', { dependencies: { kit: '^2.0.0' } });
    registry.add('app', '1.2.0', { dependencies: { kit: '^2.0.0' } });
    const { proposals, skipped } = await run(against('kit@1.0.0'));
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([{ record: { package: 'app', to: '1.0.1', fixes: ['GHSA-1'] } }]);
    expect(await lockedIn(proposals[0]?.head, 'node_modules/kit')).toBe('2.0.0');
  });

  it('that its asker holds fast takes the least raise of that, where others admit it', async () => {
    kits('1.0.0', '1.0.1');
    registry.add('app', '1.0.0', { dependencies: { mid: '^1.0.0' } });
    registry.add('other', '1.0.0', { dependencies: { mid: '~1.0.0' } });
    registry.add('mid', '1.0.0', { dependencies: { kit: '1.0.0' } });
    for (const version of ['1.0.1', '1.1.0'])
      registry.add('mid', version, { dependencies: { kit: '^1.0.1' } });
    const dependencies = { app: '^1.0.0', other: '^1.0.0' };
    git.commit(
      'main',
      sampleProject(
        { dependencies },
        {
          'node_modules/app': sampleEntry('app', '1.0.0', { dependencies: { mid: '^1.0.0' } }),
          'node_modules/kit': sampleEntry('kit', '1.0.0'),
          'node_modules/mid': sampleEntry('mid', '1.0.0', { dependencies: { kit: '1.0.0' } }),
          'node_modules/other': sampleEntry('other', '1.0.0', { dependencies: { mid: '~1.0.0' } }),
        },
      ),
    );
    const { proposals } = await run(against('kit@1.0.0'));
    expect(proposals).toMatchObject([{ record: { package: 'mid', to: '1.0.1', fixes: ['GHSA-1'] } }]);
    expect(await lockedIn(proposals[0]?.head, 'node_modules/kit')).toBe('1.0.1');
    const changed = await git.diff(await git.resolve('main'), proposals[0]?.head ?? '');
    expect(changed.map(({ path }) => path)).toEqual(['package-lock.json']);
  });

  it('that nothing can raise is told', async () => {
    kits('1.0.0', '1.1.0');
    broughtKit('~1.0.0');
    const { proposals, skipped } = await run(against('kit@1.0.0'));
    expect(proposals).toEqual([]);
    expect(skipped.slice(1)).toMatchObject([{ name: 'app', code: 'dependency.up-to-date' }]);
    expect(skipped.slice(0, 1)).toEqual([
      {
        name: 'kit',
        version: '1.0.0',
        code: 'dependency.fix-out-of-range',
        reason:
          'kit 1.0.0 is known to be vulnerable (GHSA-1): 1.1.0 mends it, and app 1.0.0 asks for ~1.0.0. Raising what brings it does not help: no later version of app may be taken.',
      },
    ]);
    expect(stage.sandbox.jobs).toEqual([]);
  });

  it('whose fix cannot be locked is told once, and not tried again as an update', async () => {
    kits('1.0.0', '1.0.1');
    const peers = { peerDependencies: { kit: '1.0.0' } };
    registry.add('app', '1.0.0', peers);
    const entries = { 'node_modules/app': sampleEntry('app', '1.0.0', peers) };
    const packages = { ...entries, 'node_modules/kit': sampleEntry('kit', '1.0.0') };
    git.commit('main', sampleProject({ dependencies: { app: '^1.0.0', kit: '^1.0.0' } }, packages));
    const { proposals, skipped } = await run(against('kit@1.0.0'));
    expect(proposals).toEqual([]);
    expect(skipped).toMatchObject([
      { name: 'kit', code: 'sandbox.failed', reason: expect.stringContaining('ERESOLVE') },
      { name: 'app', code: 'dependency.up-to-date' },
    ]);
    // With the exact version npm takes it; with the range it does not.
    expect(stage.sandbox.jobs).toHaveLength(2);
  });

  it('is unknown where advisories cannot be had: nothing is claimed, and updates go on', async () => {
    kits('1.0.0', '1.0.1');
    git.commit(
      'main',
      sampleProject({ dependencies: { kit: '^1.0.0' } }, { 'node_modules/kit': sampleEntry('kit', '1.0.0') }),
    );
    const down: Advisories = {
      known: () =>
        Promise.reject(new AutolandError('registry.unreachable', 'expected an answer, found none')),
    };
    const dumb: Advisories = {
      known: async (versions): Promise<AdvisoryAnswer> => ({
        known: new Map(),
        silent: versions.map(({ name, version }) => `${name}@${version}`),
      }),
    };
    const unreachable = await run(down);
    expect(unreachable.skipped).toMatchObject([{ name: 'advisories', code: 'registry.unreachable' }]);
    expect(unreachable.proposals).toMatchObject([{ title: 'Update kit from 1.0.0 to 1.0.1' }]);
    // It was planned as an update, and only that: no npm runs for what is not wanted.
    expect((await run(dumb, { updates: ['minor'] })).skipped.map(({ code }) => code)).toEqual([
      'dependency.advisories-not-offered',
      'dependency.step-not-wanted',
    ]);
  });
});
