import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readLockedTree } from '../../../domain/lockfile/read-tree.ts';
import { findInstalled } from '../../../domain/lockfile.ts';
import { lockfileNames } from '../../../testing/lock-samples.ts';
import { managerPackage } from '../../../testing/manager-package.ts';
import { ManagerStage, oldPackage } from '../../../testing/manager-stage.ts';
import { startVerdaccio, type TestRegistry } from '../../../testing/verdaccio.ts';

const managers = [
  { dialect: 'pnpm', called: 'pnpm@10.34.9', bin: 'pnpm/bin/pnpm.cjs', file: 'pnpm-workspace.yaml' },
  {
    dialect: 'yarn-berry',
    called: 'yarn@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    file: '.yarnrc.yml',
  },
] as const;

const catalogs = [
  '# what all of us use',
  'catalog:',
  '  aa: ^1.0.0 # kept',
  "  bb: '~1.0.0'",
  'catalogs:',
  '  old: { aa: "1.0.0" }',
  '',
].join('\n');

const manifests = {
  'package.json': {
    name: 'root',
    private: true,
    workspaces: ['packages/*'],
    dependencies: { bb: 'catalog:' },
  },
  'packages/a/package.json': { name: 'a', version: '1.0.0', dependencies: { aa: 'catalog:' } },
  'packages/b/package.json': {
    name: 'b',
    version: '1.0.0',
    dependencies: { aa: 'catalog:', cc: 'catalog:' },
  },
  'packages/c/package.json': { name: 'c', version: '1.0.0', devDependencies: { aa: 'catalog:old' } },
};

describe('a catalog', () => {
  let verdaccio: TestRegistry;
  let stage: ManagerStage;
  const locks = new Map<string, Record<string, string>>();
  beforeAll(async () => {
    const own = ['pnpm', '@yarnpkg/cli-dist'].map(managerPackage);
    const first = ['aa', 'bb', 'cc'].map((name) => oldPackage(name, '1.0.0'));
    verdaccio = await startVerdaccio({ packages: [...own, ...first] });
    const locking = new ManagerStage(verdaccio);
    for (const { dialect, called, bin, file } of managers) {
      const lock = lockfileNames[dialect];
      const texts = Object.entries(manifests).map(([path, raw]) => {
        const own = path === 'package.json' ? { ...raw, packageManager: called } : raw;
        return [path, `${JSON.stringify(own, null, 2)}\n`] as const;
      });
      const settings =
        dialect === 'pnpm' ? `packages: [packages/*]\n${catalogs}` : `${catalogs}npmAuthToken: t\n`;
      const listed = settings.replace('  bb:', '  cc: 1.0.0\n  bb:');
      const files = { ...Object.fromEntries(texts), [file]: listed };
      const before = dialect === 'yarn-berry' ? { ...files, [lock]: '' } : files;
      locks.set(dialect, { ...files, [lock]: await locking.lockedBy(bin, before, lock) });
    }
    expect(locking.close()).toEqual([]);
    const young = { publishedAt: '2025-12-31T00:00:00.000Z' };
    for (const name of ['aa', 'bb']) await verdaccio.publish(oldPackage(name, '1.1.0'));
    for (const name of ['aa', 'bb']) await verdaccio.publish(oldPackage(name, '1.2.0', young));
  });
  afterAll(() => verdaccio.close());
  beforeEach(() => {
    stage = new ManagerStage(verdaccio);
  });
  afterEach(() => {
    expect(stage.close()).toEqual([]);
  });

  it.each(managers)('of $called is where its versions are updated', async ({ dialect, file }) => {
    const lock = lockfileNames[dialect];
    const files = locks.get(dialect) ?? {};
    const base = stage.git.commit('main', files);
    const { proposals, skipped } = await stage.run();
    expect(skipped).toMatchObject([{ name: 'cc', code: 'dependency.up-to-date' }]);
    expect(proposals.map(({ title }) => title)).toEqual([
      'Update aa from 1.0.0 to 1.1.0',
      'Update bb from 1.0.0 to 1.1.0',
    ]);
    const [aa, bb] = proposals.map(({ head }) => head);
    const changed = (await stage.git.diff(base, aa ?? '')).map(({ path }) => path);
    expect(new Set(changed)).toEqual(new Set([file, lock]));
    const settings = files[file] ?? '';
    expect(await stage.text(aa ?? '', file)).toBe(
      settings.replace('aa: ^1.0.0', 'aa: ^1.1.0').replace('aa: "1.0.0"', 'aa: "1.1.0"'),
    );
    expect(await stage.text(bb ?? '', file)).toBe(settings.replace("'~1.0.0'", "'~1.1.0'"));
    const { lockfile } = await readLockedTree({
      read: (path) => stage.git.readFile(aa ?? '', path),
      paths: async () => Object.keys(files),
    });
    const got = ['packages/a', 'packages/b', 'packages/c'].map((folder) =>
      lockfile === undefined ? undefined : findInstalled(lockfile, folder, 'aa')?.version,
    );
    expect(got).toEqual(['1.1.0', '1.1.0', '1.1.0']);
    expect(await stage.text(aa ?? '', lock)).not.toMatch(/127\.0\.0\.1|aa@(?:npm:)?1\.[02]\.0/);
  });
});
