import { describe, expect, it } from 'vitest';
import type { Behaviour, Observation, Outcome } from '../../../domain/behaviour.ts';
import type { ChangeClass } from '../../../domain/change.ts';
import { sampleFile } from '../../../testing/changes.ts';
import { judgeOwn } from './own-code.ts';
import { ownFiles } from './own-files.ts';

const price = 'src/price.js';
const returned = (shown: string): Outcome => ({ kind: 'return', type: 'number', digest: shown, shown });
const one = (kind: string, shown = ''): Outcome => ({ kind, type: kind, digest: shown, shown });

type Calls = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

/** Keys such as `src/price.js.total(1)`. */
function run(calls: Calls, gaps: readonly string[] = []): Behaviour {
  const seen = Object.entries(calls).map(([key, facets]) => {
    const [, path = '', args = ''] = /^([^(]*(?:\(\)\.[^(]*)*)(.*)$/.exec(key) ?? [];
    const name = path.replace(/^new /, '').replace(/(\.js).*/, '$1');
    const outcomes = Object.entries(facets).map(([facet, outcome]) => [facet, [outcome]] as const);
    return [key, { package: name, path, args, facets: new Map(outcomes) }] as const;
  });
  return { loads: [{ package: price, version: undefined, by: undefined }], calls: new Map(seen), gaps };
}

const observed = (base: Behaviour, head: Behaviour, again = base): Observation => ({
  kind: 'observed',
  base: [base, again],
  head,
});

function verdictOf(seen: Observation | undefined, changeClass: ChangeClass = 'other', modules = [price]) {
  return judgeOwn({ modules, omitted: 0, observed: seen }, changeClass);
}

const total = (shown: string) => run({ 'src/price.js.total(1)': { result: returned(shown) } });
const differing = observed(total('1'), total('2'));
const nothing = run({});
const lookedUp = run({
  'src/price.js.total': { result: { kind: 'read', type: 'function', digest: '', shown: '' } },
});

describe('what callers see of own code', () => {
  it.each<[string, Observation | undefined, ChangeClass, string, string]>([
    ['a difference', differing, 'other', 'abstain', 'own-differs'],
    ['a difference', differing, 'crash-fix', 'abstain', 'own-differs'],
    ['a difference', differing, 'lint', 'fail', 'own-differs'],
    ['a difference', differing, 'dependency-patch', 'fail', 'own-differs'],
    ['the same', observed(total('1'), total('1')), 'other', 'pass', 'own-same'],
    ['the same', observed(total('1'), total('1')), 'lint', 'pass', 'own-same'],
    ['nothing', observed(nothing, nothing), 'other', 'pass', 'own-not-reached'],
    ['nothing but look-ups', observed(lookedUp, lookedUp), 'other', 'pass', 'own-not-reached'],
    ['nothing', observed(nothing, nothing), 'crash-fix', 'abstain', 'own-not-reached'],
    ['nothing', observed(nothing, nothing), 'lint', 'pass', 'own-left-to-lint'],
    ['nothing', observed(nothing, nothing), 'flag-addition', 'pass', 'own-left-to-flag-off'],
    ['a difference', differing, 'flag-addition', 'fail', 'own-differs'],
    ['nothing', observed(nothing, nothing), 'flag-removal', 'pass', 'own-left-to-flag-off'],
    ['a difference', differing, 'flag-removal', 'abstain', 'own-differs'],
    ['what flickers', observed(total('1'), total('3'), total('2')), 'other', 'abstain', 'own-all-masked'],
    ['a gap', observed(total('1'), run({}, ['too-many'])), 'other', 'abstain', 'own-truncated'],
    ['a gap', observed(total('1'), run({}, ['too-many'])), 'lint', 'pass', 'own-left-to-lint'],
    ['tests that cannot be watched', { kind: 'disturbed' }, 'other', 'abstain', 'disturbed'],
    ['tests that cannot be watched', { kind: 'disturbed' }, 'lint', 'pass', 'own-left-to-lint'],
    ['tests that fail', { kind: 'not-run' }, 'other', 'abstain', 'not-run'],
    ['a runner that does not look', undefined, 'crash-fix', 'abstain', 'not-run'],
  ])('%s, %#: class %s', (_name, seen, changeClass, verdict, code) => {
    expect(verdictOf(seen, changeClass)).toMatchObject({ verdict, code: `characterization.${code}` });
  });

  it('says who sees what, without the path in each call', () => {
    const made = (shown: string) =>
      run({
        'new src/price.js.Cart(1)': { 'field size': one('field', shown) },
        'src/price.js(1)': { result: returned(shown) },
        'src/price.js.total(\u001b[2J)': { result: returned(shown) },
      });
    const { reason, evidence } = verdictOf(observed(made('1'), made('2')));
    expect(reason).toBe(
      'Callers of src/price.js see a difference: new Cart(1) (field size): old field 1, new field 2 (and 2 more).',
    );
    const rows = evidence.differences as readonly { readonly call: string }[];
    expect(rows.map(({ call }) => call)).toEqual(['new Cart(1)', 'module.exports(1)', 'total([2J)']);
    expect(Object.keys(rows[0] ?? {})).toEqual(['file', 'call', 'seen', 'old', 'new']);
  });

  it('shows one difference of each function before more of one', () => {
    const many = (shown: string) => {
      const calls = Array.from({ length: 40 }, (_, at) => [
        `src/price.js.a(${at})`,
        { result: returned(shown) },
      ]);
      return run(Object.fromEntries([...calls, ['src/price.js.b(1)', { result: returned(shown) }]]));
    };
    const { evidence } = verdictOf(observed(many('1'), many('2')));
    const rows = evidence.differences as readonly { readonly call: string }[];
    expect(evidence.count).toBe(41);
    expect(rows.map(({ call }) => call).slice(0, 3)).toEqual(['a(0)', 'b(1)', 'a(1)']);
    expect(rows).toHaveLength(10);
  });

  it('bounds its evidence', () => {
    const many = (text: string) =>
      run(
        Object.fromEntries(
          Array.from({ length: 50 }, (_, at) => [
            `src/price.js.f${at}(1)`,
            { result: returned(text.repeat(500)) },
          ]),
        ),
      );
    expect(JSON.stringify(verdictOf(observed(many('x'), many('y')))).length).toBeLessThan(12_000);
  });

  it('takes no difference from what callers do not see', () => {
    const with_ = (more: Calls) => run({ 'src/price.js.total(1)': { result: returned('1') }, ...more });
    const reads = (of: string) =>
      with_({ 'src/price.js.f({})': { result: returned('1'), reads: one('reads', of) } });
    const field = (name: string) =>
      with_({ 'src/price.js.g()': { result: returned('1'), [name]: one('field', name) } });
    const elsewhere = (shown: string) => with_({ 'src/other.js.h()': { result: returned(shown) } });
    for (const [base, head] of [
      [reads('0.a'), reads('0.b')],
      [field('field items'), field('field lines')],
      [elsewhere('1'), elsewhere('2')],
    ] as const)
      expect(verdictOf(observed(base, head))).toMatchObject({ code: 'characterization.own-same' });
  });

  it('names files of which nothing was compared, and lets only a person pass over them', () => {
    const same = observed(total('1'), total('1'));
    const found = verdictOf(same, 'other', [price, 'src/unused.js']);
    expect(found).toMatchObject({ verdict: 'pass', code: 'characterization.own-same' });
    expect(found.reason).toContain('Nothing was compared of src/unused.js.');
    expect(verdictOf(same, 'crash-fix', [price, 'src/unused.js'])).toMatchObject({
      verdict: 'abstain',
      code: 'characterization.own-not-reached',
    });
  });

  it('sees exports that are gone, if callers used them', () => {
    const exported = { export: one('export') };
    const used = { 'src/price.js.legacy(1)': { result: returned('1') } };
    const base = run({ 'src/price.js.legacy': exported, 'src/price.js.idle': exported, ...used });
    const { code, evidence } = verdictOf(observed(base, run({})));
    expect(code).toBe('characterization.own-differs');
    expect(evidence).toMatchObject({
      count: 1,
      differences: [{ call: 'legacy', old: 'there', new: 'gone' }],
    });
    // Not loaded at all, it may be anything.
    expect(verdictOf(observed(base, { ...run({}), loads: [] }))).toMatchObject({
      code: 'characterization.own-not-reached',
    });
  });
});

describe('ownFiles', () => {
  const of = (files: readonly ReturnType<typeof sampleFile>[], changeClass: ChangeClass = 'other') =>
    ownFiles({ class: changeClass, files });

  it.each(['src/a.js', 'b.mjs', 'c.cjs', 'src/d.ts', 'e.mts', 'f.cts', 'src/G.jsx', 'src/H.tsx'])(
    'watches %s',
    (path) => {
      expect(of([sampleFile(path)])).toEqual({ modules: [path], omitted: 0 });
    },
  );

  it.each([
    'README.md',
    'package.json',
    'src/a.d.ts',
    'test/a.js',
    'src/a.test.ts',
    'vite.config.ts',
    'dist/a.js',
    'node_modules/a/index.js',
  ])('does not watch %s', (path) => {
    expect(of([sampleFile(path)])).toEqual({ modules: [], omitted: 0 });
  });

  it('watches what both sides have in the same place, and counts the rest', () => {
    const files = [
      sampleFile('new.js', { status: 'added' }),
      sampleFile('gone.js', { status: 'deleted' }),
      sampleFile('moved.js', { status: 'renamed', oldPath: 'from.js' }),
      sampleFile('link.js', { kind: 'symlink' }),
      sampleFile('run.js', { kind: 'executable' }),
    ];
    expect(of(files)).toEqual({ modules: ['run.js'], omitted: 3 });
    const many = Array.from({ length: 60 }, (_, at) => sampleFile(`src/${at}.js`));
    expect(of(many)).toMatchObject({ modules: { length: 50 }, omitted: 10 });
    expect(of(many, 'revert').modules).toEqual([]);
  });
});
