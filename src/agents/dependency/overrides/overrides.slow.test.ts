import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockfileNames } from '../../../testing/lock-samples.ts';
import { managerPackage } from '../../../testing/manager-package.ts';
import { ManagerStage, oldPackage } from '../../../testing/manager-stage.ts';
import { MemoryAdvisories } from '../../../testing/memory-package-proofs.ts';
import { startVerdaccio, type TestRegistry } from '../../../testing/verdaccio.ts';

const managers = [
  {
    dialect: 'npm',
    called: undefined,
    bin: 'npm',
    written: '  "overrides": {\n    "strict": {\n      "kit": "1.0.1"\n    }\n  }\n',
  },
  {
    dialect: 'pnpm',
    called: 'pnpm@10.34.9',
    bin: 'pnpm/bin/pnpm.cjs',
    written: '  "pnpm": {\n    "overrides": {\n      "strict>kit": "1.0.1"\n    }\n  }\n',
  },
  {
    dialect: 'yarn-classic',
    called: 'yarn@1.22.22',
    bin: 'yarn/bin/yarn.js',
    written: '  "resolutions": {\n    "**/strict/kit": "1.0.1"\n  }\n',
  },
  {
    dialect: 'yarn-berry',
    called: 'yarn@4.18.1',
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    written: '  "resolutions": {\n    "strict/kit": "1.0.1"\n  }\n',
  },
] as const;
type Called = (typeof managers)[number];

const needing = (name: string, version: string, kit: string) =>
  oldPackage(name, version, { manifest: { dependencies: { kit } } });
const advisory = {
  id: 'GHSA-1',
  title: 'Bad',
  url: 'https://a.test/',
  severity: 'high',
  malicious: false,
} as const;
const advisories = new MemoryAdvisories({ 'kit@1.0.0': [advisory] });
const security = { source: { from: 'registry' }, minimumAgeDays: 7 } as const;
/** What each writes of a version that is locked, and the address of the registry here. */
const others = /kit-1\.[01]\.0\.tgz|kit@1\.[01]\.0[:']|"kit@npm:1\.[01]\.0"|127\.0\.0\.1/;
const own = [{ name: 'kit', version: '1.0.1', below: 'strict', range: '1.0.0' }];

describe('an override', () => {
  let verdaccio: TestRegistry;
  let stage: ManagerStage;
  const fetched = ['pnpm', 'yarn', '@yarnpkg/cli-dist'].map(managerPackage);
  beforeAll(async () => {
    verdaccio = await startVerdaccio({ packages: fetched });
  });
  afterAll(() => verdaccio.close());
  beforeEach(async () => {
    await verdaccio.close();
    const first = [
      oldPackage('kit', '1.0.0'),
      needing('strict', '1.0.0', '1.0.0'),
      needing('app', '1.0.0', '^1.0.0'),
    ];
    verdaccio = await startVerdaccio({ packages: [...fetched, ...first] });
    stage = new ManagerStage(verdaccio);
  });
  afterEach(() => {
    expect(stage.close()).toEqual([]);
  });

  async function start({ dialect, called, bin }: Called): Promise<void> {
    const lock = lockfileNames[dialect];
    const dependencies = { app: '^1.0.0', strict: '^1.0.0' };
    const raw = { name: 'root', private: true, packageManager: called, dependencies };
    const files = { 'package.json': `${JSON.stringify(raw, null, 2)}\n` };
    const before = dialect === 'yarn-berry' ? { ...files, [lock]: '' } : files;
    stage.git.commit('main', { ...files, [lock]: await stage.lockedBy(bin, before, lock) });
  }

  it.each(managers)('of $dialect is written, and taken out once nothing needs it', async (manager) => {
    await start(manager);
    for (const version of ['1.0.1', '1.1.0']) await verdaccio.publish(oldPackage('kit', version));
    const before = await stage.text(await stage.git.resolve('main'), 'package.json');
    const overrides = { write: true, own: [] };
    const { proposals } = await stage.run({ security, overrides, updates: ['patch'] }, advisories);
    expect(proposals).toMatchObject([
      {
        title: 'Update kit from 1.0.0 to 1.0.1 by an override below strict, against GHSA-1',
        record: { package: 'kit', fixes: ['GHSA-1'], overrides: [{ name: 'strict', range: '1.0.0' }] },
      },
    ]);
    const head = proposals[0]?.head ?? '';
    const text = await stage.text(head, 'package.json');
    expect(text).toBe(before.replace(/\n\}\n$/, `,\n${manager.written}}\n`));
    const lock = lockfileNames[manager.dialect];
    expect(await stage.text(head, lock)).not.toMatch(others);

    stage.git.commit('main', {}, head);
    const mine = { security, overrides: { write: false, own }, updates: ['patch'] as const };
    const still = await stage.run(mine, advisories);
    expect(still.proposals).toEqual([]);
    expect(still.skipped).toMatchObject([
      { name: 'kit', code: 'dependency.override-needed' },
      { name: 'app' },
      { name: 'strict' },
    ]);

    await verdaccio.publish(needing('strict', '1.0.1', '~1.0.1'));
    const [update] = (await stage.run(mine, advisories)).proposals;
    expect(update).toMatchObject({ title: 'Update strict from 1.0.0 to 1.0.1' });
    stage.git.commit('main', {}, update?.head);
    const [removal] = (await stage.run(mine, advisories)).proposals;
    expect(removal).toMatchObject({
      title: 'Remove the override of kit below strict',
      record: { package: 'kit', overridesRemoved: [{ name: 'strict' }] },
    });
    expect(await stage.text(removal?.head ?? '', 'package.json')).toBe(
      before.replace('"strict": "^1.0.0"', '"strict": "^1.0.1"'),
    );
    expect(await stage.text(removal?.head ?? '', lock)).not.toMatch(others);
  });
});
