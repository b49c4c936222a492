import { expect, it } from 'vitest';
import { newEntries, parseLockfile } from '../../domain/lockfile.ts';
import { sampleEntry, sampleProject } from '../../testing/npm-samples.ts';
import { agesOf } from './check.ts';
import { releaseAge } from './release-age.ts';

const now = new Date('2026-01-08T00:00:00Z');
const registry = { allowed: [], before: null, minimumAgeDays: 7, fixAgeDays: 2 };
const fixes = [{ name: 'kit', version: '1.0.1', ids: ['GHSA-1'] }];

function check(published: Readonly<Record<string, string>>, ages: ReturnType<typeof agesOf>) {
  const entries = Object.keys(published).map((name) => [`node_modules/${name}`, sampleEntry(name, '1.0.1')]);
  const lock = parseLockfile(sampleProject({}, Object.fromEntries(entries))['package-lock.json']);
  const versions = Object.entries(published).map(
    ([name, publishedAt]) => [`${name}@1.0.1`, { publishedAt, manifest: undefined }] as const,
  );
  const found = releaseAge.check({
    registry: {
      packages: [],
      entries: newEntries(undefined, lock),
      baseVersions: new Map(),
      versions: new Map(versions),
      ages,
    },
  });
  return `${found?.verdict} ${found?.reason}`;
}

const [threeDays, oneDay] = ['2026-01-05T00:00:00Z', '2026-01-07T00:00:00Z'];

it('lets what mends a known vulnerability be younger, and nothing that comes with it', () => {
  const ages = agesOf({ registry }, now, fixes);
  expect(check({ kit: threeDays }, ages)).toBe('pass The new version is at least 2 days old.');
  expect(check({ kit: oneDay }, ages)).toBe('fail kit@1.0.1 is 1.0 days old, less than 2.');
  expect(check({ kit: threeDays, other: threeDays }, ages)).toBe(
    'fail other@1.0.1 is 3.0 days old, less than 7.',
  );
});

it('makes no difference where nothing is mended, or nobody asked for it, and none for the worse', () => {
  const late = 'fail kit@1.0.1 is 3.0 days old, less than 7.';
  expect(check({ kit: threeDays }, agesOf({ registry }, now))).toBe(late);
  const { fixAgeDays: _, ...none } = registry;
  expect(check({ kit: threeDays }, agesOf({ registry: none }, now, fixes))).toBe(late);
  const longer = { ...registry, fixAgeDays: 30 };
  expect(check({ kit: threeDays }, agesOf({ registry: longer }, now, fixes))).toBe(late);
});
