import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../../domain/change.ts';
import type { InstrumentedFile, Mutant, MutantState, MutationRun } from '../../../domain/mutation.ts';
import { mutation } from './mutation.ts';
import { type MutationFacts, type MutationSettings, mutableFiles, planOf } from './plan.ts';

const settings: MutationSettings = { mutants: 100, seconds: 600, sample: false, skip: [] };
const mutant = (id: number, over: Partial<Mutant> = {}): Mutant => ({
  id: `0.${id}`,
  path: 'src/age.js',
  line: id + 1,
  mutator: 'EqualityOperator',
  original: 'a < b',
  replacement: 'a <= b',
  before: '  if (a < b) {',
  after: '  if (a <= b) {',
  silenced: false,
  ...over,
});
const fileOf = (...mutants: readonly Mutant[]): InstrumentedFile => ({
  path: 'src/age.js',
  text: '',
  mutants,
});
const plan = (mutants: readonly Mutant[], over: Partial<MutationSettings> = {}, seed = 'tree') =>
  planOf({ files: [fileOf(...mutants)], unreadable: [] }, { ...settings, ...over }, { seed, flags: [] });
const ran = (states: readonly (MutantState | undefined)[], steady = true): MutationRun => ({
  kind: 'ran',
  states: new Map(states.flatMap((state, id) => (state === undefined ? [] : [[`0.${id}`, state] as const]))),
  steady,
  testMs: 1000,
});
const three = [mutant(0), mutant(1), mutant(2)];

function judge(facts: MutationFacts) {
  const finding = mutation.check({ mutation: facts });
  if (finding === undefined) throw new Error('it was not asked');
  return finding;
}
const outcome = (states: readonly (MutantState | undefined)[], steady?: boolean) =>
  judge({ kind: 'planned', plan: plan(three), run: ran(states, steady) });

describe('mutation', () => {
  it('passes when each fault is noticed', () => {
    expect(outcome(['killed', 'timeout', 'killed'])).toMatchObject({
      verdict: 'pass',
      code: 'mutation.noticed',
      evidence: { mutants: 3, tried: 3, killed: 2, timeout: 1, survived: 0 },
    });
  });

  it('shows what survived as the tests that are missing', () => {
    expect(outcome(['killed', 'survived', 'unreached'])).toMatchObject({
      verdict: 'abstain',
      code: 'mutation.survived',
      reason: 'src/age.js:2: No test notices when `a < b` becomes `a <= b` (and 1 more).',
      evidence: {
        missing: [
          { at: 'src/age.js:2', diff: ['- if (a < b) {', '+ if (a <= b) {'], fault: 'EqualityOperator' },
          { at: 'src/age.js:3', what: 'No test runs it, so none notices when `a < b` becomes `a <= b`.' },
        ],
      },
    });
  });

  it.each<[string, Partial<Mutant>, string]>([
    ['a condition', { mutator: 'ConditionalExpression', replacement: 'true' }, '`a < b` is always true'],
    ['a block', { mutator: 'BlockStatement', original: '{\n  f();\n}' }, 'nothing of `{ f(); }` is done'],
    ['what could clear a screen', { original: 'a\u001b[2J\u202e' }, '`a[2J` becomes `a <= b`'],
    ['long code', { original: 'x'.repeat(500) }, `\`${'x'.repeat(79)}…\` becomes`],
  ])('says in words: %s', (_what, over, words) => {
    const facts = { kind: 'planned', plan: plan([mutant(0, over)]), run: ran(['survived']) } as const;
    expect(judge(facts).reason).toContain(words);
  });

  it('shows each line before it shows a line twice', () => {
    const crowded = [mutant(0), mutant(1, { line: 1 }), mutant(2, { line: 9 })];
    const run = ran(['survived', 'survived', 'survived']);
    const { evidence } = judge({ kind: 'planned', plan: plan(crowded), run });
    const { missing } = evidence as { missing: readonly { at: string }[] };
    expect(missing.map(({ at }) => at)).toEqual(['src/age.js:1', 'src/age.js:9', 'src/age.js:1']);
  });

  it.each<[string, MutationFacts, string]>([
    ['switched off', { kind: 'switched-off' }, 'not-configured mutation.switched-off'],
    ['no tests', { kind: 'no-tests' }, 'not-configured mutation.not-configured'],
    ['no source', { kind: 'no-source' }, 'pass mutation.nothing-to-mutate'],
    ['no mutant', { kind: 'planned', plan: plan([]), run: undefined }, 'pass mutation.nothing-to-mutate'],
    [
      'too many',
      { kind: 'planned', plan: plan(three, { mutants: 2 }), run: undefined },
      'abstain mutation.too-many',
    ],
    [
      'a comment that asks for silence',
      { kind: 'planned', plan: plan([mutant(0, { silenced: true }), mutant(1)]), run: undefined },
      'abstain mutation.silenced',
    ],
    [
      'text that is no module',
      {
        kind: 'planned',
        plan: planOf({ files: [], unreadable: ['a.js'] }, settings, { seed: '', flags: [] }),
        run: undefined,
      },
      'abstain mutation.unreadable',
    ],
    [
      'tests that fail without a fault',
      { kind: 'planned', plan: plan(three), run: { kind: 'red', phase: 'test', tail: 'no' } },
      'abstain mutation.tests-red',
    ],
    [
      'a run that is missing',
      { kind: 'planned', plan: plan(three), run: undefined },
      'abstain mutation.not-run',
    ],
  ])('%s', (_what, facts, expected) => {
    const { verdict, code } = judge(facts);
    expect(`${verdict} ${code}`).toBe(expected);
  });

  it('believes no failure when the tests fail at the end too', () => {
    expect(outcome(['killed', 'killed', 'killed'], false)).toMatchObject({
      verdict: 'abstain',
      code: 'mutation.unsteady',
    });
  });

  it('abstains when there was no time for each', () => {
    expect(outcome(['killed', 'killed', undefined])).toMatchObject({
      verdict: 'abstain',
      code: 'mutation.out-of-time',
      evidence: { untried: ['src/age.js:3'] },
    });
  });

  it('passes only what was tried and noticed, each one', () => {
    const state = fc.constantFrom<MutantState | undefined>(
      'killed',
      'timeout',
      'survived',
      'unreached',
      undefined,
    );
    fc.assert(
      fc.property(fc.tuple(state, state, state), fc.boolean(), (states, steady) => {
        const isGood = steady && states.every((each) => each === 'killed' || each === 'timeout');
        expect(outcome(states, steady).verdict).toBe(isGood ? 'pass' : 'abstain');
      }),
    );
  });
});

describe('planOf', () => {
  const many = Array.from({ length: 50 }, (_, id) => mutant(id));

  it('tries all within the limit, and none beyond it', () => {
    expect(plan(many).chosen).toEqual(many);
    expect(plan(many, { mutants: 49 }).chosen).toEqual([]);
  });

  it('draws a sample that is the same each time for one tree', () => {
    const over = { mutants: 10, sample: true };
    expect(plan(many, over).chosen).toHaveLength(10);
    expect(plan(many, over)).toEqual(plan(many, over));
    expect(plan(many, over, 'another')).not.toEqual(plan(many, over));
  });

  it('says that it was a sample', () => {
    const few = plan(many, { mutants: 2, sample: true });
    const states = new Map(few.chosen.map(({ id }) => [id, 'killed'] as const));
    const run = { kind: 'ran', states, steady: true, testMs: 1 } as const;
    expect(judge({ kind: 'planned', plan: few, run }).reason).toContain('a sample of the 50');
  });

  it('leaves out the kinds that are skipped, and counts them', () => {
    const found = plan([...many, mutant(99, { mutator: 'StringLiteral' })], { skip: ['StringLiteral'] });
    expect(found).toMatchObject({ chosen: many, skipped: 1 });
  });
});

describe('mutableFiles', () => {
  const file = (path: string, over: Partial<FileChange> = {}): FileChange => ({
    path,
    status: 'modified',
    kind: 'file',
    added: 1,
    removed: 1,
    binary: false,
    size: 10,
    ...over,
  });
  const kept = ['src/a.js', 'src/a.mts', 'src/a.tsx', 'bin/a.cjs'];

  it('takes source files as they will be', () => {
    const others = ['README.md', 'src/a.d.ts', 'src/a.test.js', 'test/a.js', 'vitest.config.ts', 'a.json'];
    const gone = [file('src/b.js', { status: 'deleted' }), file('src/c.js', { kind: 'symlink' })];
    const all = [...kept, ...others].map((path) => file(path));
    expect(mutableFiles('other', [...all, ...gone]).map(({ path }) => path)).toEqual(kept);
  });

  it.each(['dependency-patch', 'docs', 'lint', 'revert'] as const)(
    'takes none of class %s',
    (changeClass) => {
      expect(
        mutableFiles(
          changeClass,
          kept.map((path) => file(path)),
        ),
      ).toEqual([]);
    },
  );
});
