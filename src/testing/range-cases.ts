import type { RangeStrategy } from '../domain/npm/range-strategy.ts';

/**
 * What others make of a range, as facts: input, version, expected. Of dependabot-core (54c1028), where the strategies are called
 * BumpVersions, BumpVersionsIfNecessary, WidenRanges and LockfileOnly: `update_checker/requirements_updater_spec.rb` and
 * `update_checker_spec.rb` below npm_and_yarn/spec; of dependabot/smoke-tests (b02f8f2): tests/smoke-npm*.yaml.
 */
export type RangeCase = {
  readonly strategy: RangeStrategy;
  readonly range: string;
  readonly version: string;
  readonly theirs: string;
};

const dependabot = `
bump: 1.2.3 @ 1.5.0 => 1.5.0
bump: v1.2.3 @ 1.5.0 => v1.5.0
bump: V1.2.3 @ 1.5.0 => V1.2.3
bump: 0.1 @ 1.5.0 => 1.5
bump: 1 @ 4.5.0 => 4
bump: 1.1.0.1 @ 1.5.0 => 1.5.0
bump: ^1.2.3 @ 1.5.0 => ^1.5.0
bump: ^v1.2.3 @ 1.5.0 => ^v1.5.0
bump: ^0.5.1 || ^1.2.3 @ 1.5.0 => ^1.5.0
bump: ^1.2.3-rc1 @ 1.5.0 => ^1.5.0
bump: 1.2.3-rc1 @ 1.5.0 => 1.5.0
bump: 1.2.3-beta @ 1.2.3-beta.2 => 1.2.3-beta.2
bump: * @ 1.5.0 => *
bump: < 1.2.0 @ 1.5.0 => < 1.6.0
bump: > 1.0.0 < 1.2.0 @ 1.5.0 => > 1.0.0 < 1.6.0
bump: > 1.0.0 < 1.7.0 @ 1.5.0 => > 1.0.0 < 1.7.0
bump: >=1.2.0 <1.4.0-dev @ 1.5.0 => >=1.2.0 <1.6.0
bump: ^0.x.x @ 1.5.0 => ^1.x.x
bump: ^0.x.x.rc1 @ 1.5.0 => ^1.x.x
bump: 0.4.5 @ 1.1.0-alpha.1 => 1.1.0-alpha.1
bump: 1.1.0-alpha.1 @ 1.1.0-alpha.1 => 1.1.0-alpha.1
bump: latest @ 1.5.0 => latest
bump: very-latest @ 1.5.0 => very-latest
bump: ~0.9.0 @ 1.5.0 => ~1.5.0
bump: jsr:^3.0.0 @ 3.2.0 => jsr:^3.2.0
bump: jsr:@arendjr/text-clipper@^3.0.0 @ 3.2.0 => jsr:@arendjr/text-clipper@^3.2.0
bump: ^1.0.0 @ 1.7.0 => ^1.7.0
bump: ^1.0.0 @ 1.2.1 => ^1.2.1
bump: ^2.0.0 @ 4.0.0 => ^4.0.0
replace: 1.2.3 @ 1.5.0 => 1.5.0
replace: v1.2.3 @ 1.5.0 => v1.5.0
replace: V1.2.3 @ 1.5.0 => V1.2.3
replace: ^1.2.3 @ 1.5.0 => ^1.2.3
replace: ^v0.2.3 @ 1.5.0 => ^v1.5.0
replace: ^0.5.1 || ^1.2.3 @ 1.5.0 => ^0.5.1 || ^1.2.3
replace: ^0.5.1 || ^1.2.3 @ 2.1.0 => ^2.1.0
replace: ^1.0.0 @ 1.7.0 => ^1.0.0
replace: jsr:^3.0.0 @ 3.0.5 => jsr:^3.0.0
widen: 1.2.3 @ 1.5.0 => 1.5.0
widen: v1.2.3 @ 1.5.0 => v1.5.0
widen: 0.1 @ 1.5.0 => 1.5
widen: 1 @ 4.5.0 => 4
widen: 1.1.0.1 @ 1.5.0 => 1.5.0
widen: < 1.2.0 @ 1.5.0 => < 1.6.0
widen: 1.2.3 - 1.4.0 @ 1.5.0 => 1.2.3 - 1.6.0
widen: 1.2.3-rc1 - 1.4.0 @ 1.5.0 => 1.2.3-rc1 - 1.6.0
widen: 1.2.3-rc1 @ 1.5.0 => 1.5.0
widen: ^1.2.3 @ 1.5.0 => ^1.2.3
widen: ^0.8.0 @ 1.5.0 => ^1.5.0
widen: ^1.2.3-rc1 @ 1.5.0 => ^1.2.3-rc1
widen: ^1.0.0-beta1 @ 2.0.0-alpha => ^2.0.0-alpha
widen: ^0.0.x @ 0.0.2 => ^0.0.x
widen: ^0.0.x @ 0.2.0 => ^0.2.x
widen: ^0.0.0 @ 0.0.2 => ^0.0.2
widen: 0.x.x @ 1.5.0 => 1.x.x
widen: 0.x.x.rc1 @ 1.5.0 => 1.x.x
widen: * @ 1.5.0 => *
widen: ~>2.5.1 @ 2.5.3 => ~>2.5.1
widen: ~>2.4.1 @ 2.5.3 => ~>2.5.3
widen: ~2.5.1 @ 2.5.3 => ~2.5.1
widen: ~2.4.1 @ 2.5.3 => ~2.5.3
widen: ~2.5.1-rc1 @ 2.5.3 => ~2.5.1-rc1
widen: ~2.x.x @ 2.5.3 => ~2.x.x
widen: ~2.4.x @ 2.5.3 => ~2.5.x
widen: > 1.0.0 < 1.2.0 @ 1.5.0 => > 1.0.0 < 1.6.0
widen: > 1.0.0 < 1.7.0 @ 1.5.0 => > 1.0.0 < 1.7.0
widen: ^1.0.0 || ^2.0.0 @ 1.5.0 => ^1.0.0 || ^2.0.0
widen: >=1.2.0 <1.4.0-dev @ 1.5.0 => >=1.2.0 <1.6.0
widen: ^0.x.x @ 1.5.0 => ^1.x.x
widen: 0.1.x @ 1.5.0 => 1.5.x
widen: ^0.1.0 @ 1.5.0 => ^1.5.0
widen: ^1.0.0 @ 1.7.0 => ^1.0.0
widen: ^15.2.0 @ 16.3.1 => ^16.3.1
widen: jsr:^3.0.0 @ 4.0.0 => jsr:^4.0.0
lockfile-only: ^1.0.0 @ 1.7.0 => ^1.0.0
lockfile-only: ^1.0.0 @ 2.7.0 => ^1.0.0
`;

/** What was proposed for whole projects. They name no strategy; it shows in whether a range stayed that admits the version. */
const smoke = `
replace: ^1.0.0 @ 1.1.0 => ^1.0.0
replace: ^1.0.0 @ 1.2.0 => ^1.0.0
replace: ^1.0.0 @ 1.3.0 => ^1.0.0
replace: ^1.0.0 @ 1.8.1 => ^1.0.0
replace: ^1.0.0 @ 2.0.0 => ^2.0.0
replace: ^4.17.15 @ 4.17.21 => ^4.17.15
replace: ^0.27.2 @ 1.4.0 => ^1.4.0
replace: ^0.0.1 @ 0.2.1 => ^0.2.1
replace: ^15.0.0 @ 21.1.5 => ^21.1.5
replace: ^17.9.2 @ 18.0.2 => ^18.0.2
bump: 0.27.1 @ 1.13.5 => 1.13.5
bump: 0.0.1 @ 0.2.1 => 0.2.1
bump: 4.16.6 @ 4.17.23 => 4.17.23
bump: 1.5.0 @ 1.7.0 => 1.7.0
bump: 10.0.0 @ 10.0.1 => 10.0.1
bump: 1.0.0 @ 1.8.1 => 1.8.1
bump: ^4.14.189 @ 4.14.191 => ^4.14.191
bump: ^3.5.0 @ 3.6.3 => ^3.6.3
`;

export const rangeCases: readonly RangeCase[] = [...dependabot.split('\n'), ...smoke.split('\n')]
  .filter((line) => line !== '')
  .map((line) => {
    const [, strategy, range = '', version = '', theirs = ''] =
      /^([a-z-]+): (.+) @ (\S+) => (.+)$/.exec(line) ?? [];
    return { strategy: strategy as RangeStrategy, range, version, theirs };
  });
