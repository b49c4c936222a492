import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { asOf, type Packument, toRegistryPackage } from './packument.ts';

const DAY = 86_400_000;

/** Version -> day of publication; undefined: the registry gives no time. */
function packument(days: Readonly<Record<string, number | undefined>>, latest?: string): Packument {
  const entry = (version: string) => ({
    name: 'a',
    version,
    dist: { tarball: `http://127.0.0.1/a-${version}.tgz` },
  });
  const timed = Object.entries(days).flatMap(([version, day]) =>
    day === undefined ? [] : [[version, new Date(day * DAY).toISOString()]],
  );
  return {
    name: 'a',
    versions: Object.fromEntries(Object.keys(days).map((version) => [version, entry(version)])),
    time: Object.fromEntries(timed),
    'dist-tags': latest === undefined ? {} : { latest },
  };
}

describe('asOf', () => {
  it('drops later versions and those of unknown age, and keeps all without a date', () => {
    const whole = packument({ '1.0.0': 1, '1.1.0': 5, '1.2.0': undefined });
    expect(Object.keys(asOf(whole, new Date(3 * DAY)).versions)).toEqual(['1.0.0']);
    expect(Object.keys(asOf(whole, undefined).versions)).toHaveLength(3);
  });

  it('lets latest fall back to the newest release below it, never to a prerelease or above', () => {
    const whole = packument({ '1.0.0': 1, '1.1.0-beta': 2, '1.2.0': 9, '3.0.0': 2 }, '1.2.0');
    expect(asOf(whole, new Date(5 * DAY))['dist-tags']).toEqual({ latest: '1.0.0' });
    expect(asOf(whole, new Date(0))['dist-tags']).toEqual({});
  });

  it('shows nothing newer than the date, and a latest that exists, for any history', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
    const days = fc.dictionary(version, fc.option(fc.nat(30), { nil: undefined }), { minKeys: 1 });
    fc.assert(
      fc.property(days, fc.nat(30), fc.nat(), (history, day, pick) => {
        const versions = Object.keys(history);
        const whole = packument(history, versions[pick % versions.length]);
        const shown = toRegistryPackage(asOf(whole, new Date(day * DAY)));
        const names = shown.versions.map((each) => each.version);
        expect(names).toEqual(semver.sort([...names]));
        expect(
          shown.versions.every(
            ({ publishedAt }) => publishedAt !== undefined && Date.parse(publishedAt) <= day * DAY,
          ),
        ).toBe(true);
        if (shown.latest !== undefined) expect(names).toContain(shown.latest);
      }),
    );
  });
});
