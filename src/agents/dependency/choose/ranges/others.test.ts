import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { rangeStrategies } from '../../../../domain/npm/range-strategy.ts';
import { type RangeCase, rangeCases } from '../../../../testing/range-cases.ts';
import { noRanges, semverCases } from '../../../../testing/semver-cases.ts';
import { moveRange } from '../range.ts';

/** What stays where nothing is moved. */
function ours({ strategy, range, version }: RangeCase): string {
  const edit = moveRange('p', range, version, strategy);
  return edit.kind === 'replace' ? edit.spec : range;
}

/** Where we differ on purpose: docs/guide/version-ranges.md says why. */
const differing: readonly {
  readonly why: string;
  readonly holds: (one: RangeCase) => boolean;
  readonly ours: (one: RangeCase) => string;
}[] = [
  {
    why: 'npm reads no range in it',
    holds: ({ range }) => semver.validRange(range) === null,
    ours: ({ range }) => range,
  },
  {
    why: 'alternatives that admit the version are not dropped',
    holds: ({ strategy, range, version }) =>
      strategy === 'bump' && range.includes('||') && semver.satisfies(version, range),
    ours: ({ range }) => range,
  },
  {
    why: 'the end of a hyphen range belongs to it, so it is the version itself',
    holds: ({ range }) => / - /.test(range),
    ours: ({ range, version }) => range.replace(/\S+$/, version),
  },
  {
    why: 'the prereleases that it admitted are not lost',
    holds: ({ strategy, range }) => strategy === 'widen' && /<\S+-/.test(range),
    ours: ({ range, version }) => `${range} || ^${version}`,
  },
  {
    why: 'what is widened admits all that it did',
    holds: ({ strategy, range, theirs }) => strategy === 'widen' && !semver.subset(range, theirs),
    ours: ({ range, theirs }) => `${range} || ${theirs}`,
  },
];

const difference = (one: RangeCase) =>
  ours(one) === one.theirs ? undefined : differing.find(({ holds }) => holds(one));

describe('what Dependabot makes of the same range', () => {
  it.each(rangeCases)('$strategy: $range for $version', (one) => {
    expect(ours(one)).toBe(difference(one)?.ours(one) ?? one.theirs);
  });

  it('is told from ours in no more cases, and for no other reasons, than the guide says', () => {
    const counts = new Map<string, number>();
    for (const one of rangeCases) {
      const { why } = difference(one) ?? { why: 'none' };
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    expect(new Set(counts.keys())).toEqual(new Set(['none', ...differing.map(({ why }) => why)]));
    expect({ cases: rangeCases.length, same: counts.get('none') }).toEqual({ cases: 94, same: 69 });
  });
});

describe('what node-semver says of the same range', () => {
  it.each(semverCases)('$range', ({ range, admits, refuses }) => {
    const kinds = (versions: readonly string[]) =>
      versions.map((version) => `${version} ${moveRange('p', range, version, 'lockfile-only').kind}`);
    expect(kinds(admits)).toEqual(admits.map((version) => `${version} keep`));
    expect(kinds(refuses)).toEqual(refuses.map((version) => `${version} unable`));
    for (const version of [...admits, ...refuses]) {
      for (const how of ['bump', 'replace', 'widen'] as const) {
        const edit = moveRange('p', range, version, how);
        if (edit.kind === 'replace') expect(semver.satisfies(version, edit.spec)).toBe(true);
      }
    }
  });

  it.each(noRanges)('%s is none', (range) => {
    for (const how of rangeStrategies) {
      expect(moveRange('p', range, '1.2.3', how)).toMatchObject({ kind: 'unable' });
    }
  });
});
