import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lockfile, parseLockfileOf } from '../../../domain/lockfile.ts';
import { parseManifest } from '../../../domain/npm/manifest.ts';
import { byText } from '../../../domain/npm/order.ts';
import { lockfileNames } from '../../../testing/lock-samples.ts';
import { managerPackage } from '../../../testing/manager-package.ts';
import { ManagerStage, oldPackage } from '../../../testing/manager-stage.ts';
import { MemoryAdvisories } from '../../../testing/memory-package-proofs.ts';
import { startVerdaccio, type TestRegistry } from '../../../testing/verdaccio.ts';

const managers = [
  { dialect: 'pnpm', name: 'pnpm', called: 'pnpm@10.34.9', bin: 'pnpm/bin/pnpm.cjs' },
  { dialect: 'yarn-classic', name: 'yarn', called: 'yarn@1.22.22', bin: 'yarn/bin/yarn.js' },
  {
    dialect: 'yarn-berry',
    name: '@yarnpkg/cli-dist',
    called: 'yarn@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
  },
] as const;
type Called = (typeof managers)[number];

const needing = (name: string, version: string, kit: string) =>
  oldPackage(name, version, { manifest: { dependencies: { kit } } });
const before = [
  oldPackage('kit', '1.0.0'),
  oldPackage('kit', '2.0.0'),
  needing('app', '1.0.0', '^1.0.0'),
  needing('other', '1.0.0', '^2.0.0'),
  needing('strict', '1.0.0', '1.0.0'),
];
const after = [
  ...['1.0.1', '1.0.2', '1.5.0', '2.1.0'].map((version) => oldPackage('kit', version)),
  needing('strict', '1.0.1', '1.0.0'),
  needing('strict', '1.1.0', '~1.0.2'),
  needing('strict', '1.2.0', '~1.0.2'),
];
const projects: Readonly<Record<string, object>> = {
  brought: { app: '^1.0.0', other: '^1.0.0' },
  named: { app: '^1.0.0', kit: '^1.0.0' },
  held: { other: '^1.0.0', strict: '^1.0.0' },
};

const advisory = {
  id: 'GHSA-1',
  title: 'Bad',
  url: 'https://a.test/',
  severity: 'high',
  malicious: false,
} as const;
const advisories = new MemoryAdvisories({ 'kit@1.0.0': [advisory], 'kit@1.0.1': [advisory] });
const security = { source: { from: 'registry' }, minimumAgeDays: 7 } as const;

describe('a vulnerable version in a lockfile of', () => {
  let verdaccio: TestRegistry;
  let stage: ManagerStage;
  const locked = new Map<string, Record<string, string>>();
  const filesOf = ({ dialect, called }: Called, project: string) => {
    const raw = { name: 'root', private: true, packageManager: called, dependencies: projects[project] };
    return { 'package.json': `${JSON.stringify(raw, null, 2)}\n`, [lockfileNames[dialect]]: '' };
  };
  beforeAll(async () => {
    verdaccio = await startVerdaccio({
      packages: [...managers.map(({ name }) => managerPackage(name)), ...before],
    });
    stage = new ManagerStage(verdaccio);
    for (const manager of managers) {
      for (const project of Object.keys(projects)) {
        const lock = lockfileNames[manager.dialect];
        const files = filesOf(manager, project);
        if (manager.dialect !== 'yarn-berry') delete files[lock];
        const text = await stage.lockedBy(manager.bin, files, lock);
        locked.set(`${manager.dialect} ${project}`, { ...files, [lock]: text });
      }
    }
    expect(stage.close()).toEqual([]);
    for (const each of after) await verdaccio.publish(each);
  });
  afterAll(() => verdaccio.close());
  beforeEach(() => {
    stage = new ManagerStage(verdaccio);
  });
  afterEach(() => {
    expect(stage.close()).toEqual([]);
  });

  async function fix({ dialect }: Called, project: string) {
    const base = stage.git.commit('main', locked.get(`${dialect} ${project}`) ?? {});
    const { proposals, skipped } = await stage.run({ security, only: ['kit', 'strict'] }, advisories);
    const head = proposals[0]?.head ?? '';
    expect(skipped.filter(({ code }) => code !== 'dependency.up-to-date')).toEqual([]);
    const manifest = parseManifest(await stage.text(head, 'package.json'), 'package.json');
    const text = await stage.text(head, lockfileNames[dialect]);
    expect(text).not.toMatch(/127\.0\.0\.1|autoland|overrides/);
    const lock = parseLockfileOf(dialect, text, new Map([['', manifest]]));
    const files = (await stage.git.diff(base, head)).map(({ path }) => path);
    return { proposals, files, kits: kitsIn(lock) };
  }
  const kitsIn = ({ entries }: Lockfile) => {
    const kits = [...entries.values()].filter(({ name }) => name === 'kit');
    return [...new Set(kits.map(({ version = '' }) => version))].sort(byText);
  };

  it.each(managers)('$called gets the least that mends it, and nothing else moves', async (manager) => {
    const { proposals, files, kits } = await fix(manager, 'brought');
    expect(proposals).toMatchObject([
      { title: 'Update kit from 1.0.0 to 1.0.2, against GHSA-1', record: { package: 'kit' } },
    ]);
    expect(files).toEqual([lockfileNames[manager.dialect]]);
    expect(kits).toEqual(['1.0.2', '2.0.0']);
  });

  it.each(managers)('$called is mended for others too where the project names it', async (manager) => {
    const { proposals, kits } = await fix(manager, 'named');
    expect(proposals).toMatchObject([{ record: { package: 'kit', to: '1.0.2' } }]);
    expect(kits).toEqual(['1.0.2']);
  });

  it.each(managers)('$called takes the least raise of what holds it fast', async (manager) => {
    const { proposals, kits } = await fix(manager, 'held');
    expect(proposals).toMatchObject([{ record: { package: 'strict', to: '1.1.0', fixes: ['GHSA-1'] } }]);
    expect(kits).toEqual(['1.0.2', '2.0.0']);
  });
});
