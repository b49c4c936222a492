import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { type RangeStrategy, rangeStrategies } from '../../../domain/npm/range-strategy.ts';
import { moveRange } from './range.ts';

const part = fc.integer({ min: 0, max: 3 }).map(String);
const whole = fc.tuple(part, part, part).map((parts) => parts.join('.'));
const pre = fc.constantFrom('', '', '', '-rc.1', '-0', '-beta');
const prefixed = fc.tuple(fc.constantFrom('', '', 'v'), whole, pre).map((parts) => parts.join(''));
const open = fc.oneof(
  part,
  fc.tuple(part, part).map((parts) => parts.join('.')),
  part.map((one) => `${one}.x`),
  part.map((one) => `${one}.x.x`),
  fc.tuple(part, part).map(([one, two]) => `${one}.${two}.*`),
  fc.constantFrom('*', 'x'),
);
const version = fc.oneof({ weight: 3, arbitrary: prefixed }, { weight: 2, arbitrary: open });
const blank = fc.constantFrom('', '', ' ');
const simple = fc
  .tuple(fc.constantFrom('', '^', '~', '=', '>', '>=', '<', '<=', '~>'), blank, version)
  .map((parts) => parts.join(''));
const between = fc
  .tuple(fc.constantFrom('>', '>='), blank, version, fc.constantFrom('<', '<='), blank, version)
  .map(([low, a, from, high, b, to]) => `${low}${a}${from} ${high}${b}${to}`);
const hyphen = fc.tuple(version, version).map((ends) => ends.join(' - '));
const alternative = fc.oneof({ weight: 3, arbitrary: simple }, between, hyphen);
const range = fc
  .tuple(fc.array(alternative, { minLength: 1, maxLength: 3 }), fc.constantFrom('||', ' || '))
  .map(([all, or]) => all.join(or));
const target = fc.tuple(whole, fc.constantFrom('', '', '', '-rc.2')).map((parts) => parts.join(''));
const strategy = fc.constantFrom(...rangeStrategies);

const digits = [0, 1, 2, 3, 4, 9];
const grid = digits.flatMap((a) => digits.flatMap((b) => digits.map((c) => `${a}.${b}.${c}`)));
const everything = [...grid, ...grid.map((each) => `${each}-rc.1`), ...grid.map((each) => `${each}-0`)];

const outcome = (spec: string, to: string, how: RangeStrategy): string | undefined => {
  const edit = moveRange('p', spec, to, how);
  return edit.kind === 'replace' ? edit.spec : edit.kind === 'keep' ? spec : undefined;
};

describe('moveRange', () => {
  it('answers nothing but ranges that admit the new version', () => {
    let moved = 0;
    fc.assert(
      fc.property(range, target, strategy, (spec, to, how) => {
        const edit = moveRange('p', spec, to, how);
        if (edit.kind === 'unable') return;
        const now = edit.kind === 'replace' ? edit.spec : spec;
        moved += edit.kind === 'replace' ? 1 : 0;
        expect(semver.satisfies(to, now)).toBe(true);
      }),
      { numRuns: 600 },
    );
    expect(moved).toBeGreaterThan(100);
  });

  it('finds one for every range that npm reads, except where none may change', () => {
    fc.assert(
      fc.property(range, target, fc.constantFrom('bump', 'replace'), (spec, to, how) => {
        fc.pre(semver.validRange(spec) !== null);
        expect(moveRange('p', spec, to, how as RangeStrategy).kind).not.toBe('unable');
      }),
      { numRuns: 300 },
    );
  });

  it('widens to what admits all that the old range did', () => {
    let widened = 0;
    fc.assert(
      fc.property(range, target, (spec, to) => {
        const edit = moveRange('p', spec, to, 'widen');
        if (edit.kind !== 'replace' || semver.valid(spec.trim().replace(/^=/, '')) !== null) return;
        widened += 1;
        const lost = everything.filter(
          (each) => semver.satisfies(each, spec) && !semver.satisfies(each, edit.spec),
        );
        expect(lost).toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(widened).toBeGreaterThan(40);
  });

  it.each(['1.2.3', 'v1.2.3', '=1.2.3', '1.2.3-rc.1'])('widens %s to one version, as it was', (spec) => {
    expect(outcome(spec, '1.5.0', 'widen')).toBe(outcome(spec, '1.5.0', 'bump'));
  });

  it('never changes a manifest where only lockfiles change', () => {
    fc.assert(
      fc.property(range, target, (spec, to) => {
        const { kind } = moveRange('p', spec, to, 'lockfile-only');
        expect(kind).toBe(semver.validRange(spec) !== null && semver.satisfies(to, spec) ? 'keep' : 'unable');
      }),
      { numRuns: 300 },
    );
  });

  it('leaves what admits the version, and what it has moved already', () => {
    fc.assert(
      fc.property(range, target, fc.constantFrom('replace', 'widen'), (spec, to, how) => {
        const once = outcome(spec, to, how as RangeStrategy);
        if (once === undefined) return;
        if (semver.satisfies(to, spec)) expect(once).toBe(spec);
        expect(outcome(once, to, how as RangeStrategy)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'latest',
    'next',
    'workspace:^1.0.0',
    'catalog:',
    'jsr:^1.0.0',
    'github:x/y',
    'git+ssh://git@x/y.git#semver:^1.0.0',
    'file:../x',
    'link:../x',
    'https://x.example/y.tgz',
    'npm:other@latest',
    '1.1.0.1',
    '>=',
    `^1.0.0${' || ^1.0.0'.repeat(200)}`,
  ])('is unable to move %s', (spec) => {
    for (const how of rangeStrategies)
      expect(moveRange('p', spec, '1.5.0', how)).toMatchObject({ kind: 'unable' });
  });

  it('moves the range of an alias, and keeps whose alias it is', () => {
    expect(outcome('npm:@s/x@^1.2.3', '1.5.0', 'bump')).toBe('npm:@s/x@^1.5.0');
    expect(outcome('npm:x@~1.2.3', '1.5.0', 'widen')).toBe('npm:x@~1.2.3 || ~1.5.0');
    expect(outcome('npm:x', '1.5.0', 'bump')).toBe('npm:x');
  });
});
