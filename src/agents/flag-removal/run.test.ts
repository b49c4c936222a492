import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildFlagRemover } from '../../adapters/flag-remover/child-flag-remover.ts';
import { ChildProver } from '../../adapters/prover/child-prover.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { testRun } from '../../testing/test-runs.ts';
import type { FlagEnd } from '../../views/promoted-flags.ts';
import { type FlagRemovalDeps, type FlagRemovalSettings, runFlagRemovalAgent } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const client = "import { isOn } from '@acme/flags';\n\n";
const flagged = (key: string, body = 'return n + 1') =>
  `${client}export function price(n) {\n  if (isOn('${key}')) ${body};\n  return n;\n}\n`;
const bare = 'export function price(n) {\n  return n + 1;\n}\n';

const asOf = new Date('2026-03-10T00:00:00Z');
const ended = (key: string, over: Partial<FlagEnd> = {}): FlagEnd => ({
  key,
  change: 'chg_a',
  flags: [],
  state: 'promoted',
  since: '2026-03-01T00:00:00.000Z',
  ...over,
});

const [remover, prover] = [new ChildFlagRemover(), new ChildProver()];
const untested = { compare: () => Promise.reject(new Error('no test may run')) };

async function run(
  files: TestFiles,
  over: Partial<FlagRemovalSettings> = {},
  tests: FlagRemovalDeps['tests'] = untested,
) {
  git.commit('main', files);
  return runFlagRemovalAgent(
    { git, remover, prover, tests },
    {
      target: 'main',
      asOf,
      removeAfterSeconds: 7 * 86_400,
      helpers: ['@acme/flags#isOn', 'src/lib.js#isOn'],
      ignore: [],
      maxOpen: 5,
      open: [],
      earlier: [],
      flags: [ended('new')],
      commands: undefined,
      ...over,
    },
  );
}
const codes = async (...asked: Parameters<typeof run>) =>
  (await run(...asked)).skipped.map(({ name, code }) => `${name} ${code}`);

describe('the agent that removes flags', () => {
  it('proposes the program without the flag, as a branch and a record', async () => {
    const { proposals, skipped } = await run({ 'src/a.js': flagged('new'), 'src/b.js': 'export {};\n' });
    expect(skipped).toEqual([]);
    const [proposal] = proposals;
    expect(proposal).toMatchObject({
      source: 'agent:flag-removal',
      title: 'Remove the flag new, which everybody has',
      target: 'main',
      record: { flag: 'new', to: 'on', rollout: 'chg_a', base: await git.resolve('main') },
    });
    const head = await git.resolve(proposal?.ref ?? '');
    expect(head).toBe(proposal?.head);
    expect((await git.readFile(head, 'src/a.js'))?.toString()).toBe(bare);
    const changed = await git.diff(await git.resolve('main'), head);
    expect(changed.map(({ path }) => path)).toEqual(['src/a.js']);
  });

  it('makes each flag a change of its own, the oldest first, and no more than may be open', async () => {
    const files = { 'src/a.js': flagged('a'), 'src/b.js': flagged('b'), 'src/c.js': flagged('c') };
    const flags = [ended('a'), ended('b', { since: '2026-02-01T00:00:00.000Z' }), ended('c')];
    const { proposals, skipped } = await run(files, { flags, maxOpen: 2 });
    expect(proposals.map(({ record }) => record.flag)).toEqual(['b', 'a']);
    expect(skipped).toMatchObject([{ name: 'c', code: 'flag-removal.max-open' }]);
  });

  it('has nothing to say about flags that the code does not name', async () => {
    expect(await run({ 'src/a.js': bare })).toEqual({ proposals: [], skipped: [] });
  });

  const files = { 'src/a.js': flagged('new') };
  const earlier = {
    key: 'new',
    change: 'chg_b',
    base: 'x',
    of: '',
    outcome: 'held',
    code: 'tests.failed',
  } as const;
  it.each<[string, TestFiles, Partial<FlagRemovalSettings>, string]>([
    ['is too young', files, { flags: [ended('new', { since: '2026-03-09T00:00:00.000Z' })] }, 'too-young'],
    ['was rolled back', files, { flags: [ended('new', { state: 'rolled-back' })] }, 'rolled-back'],
    ['stays', files, { ignore: ['new'] }, 'ignored'],
    ['is under way', files, { open: ['new'] }, 'open'],
    [
      'cannot be folded',
      { 'src/a.js': flagged('new').replace("isOn('new')", "touch() || isOn('new')") },
      {},
      'cannot',
    ],
    ['is named for something else', { ...files, 'src/b.js': "export const keys = ['new'];\n" }, {}, 'cannot'],
    ['does not parse', { 'src/a.js': `${flagged('new')}(` }, {}, 'cannot'],
    [
      'is asked by what acts when it is loaded',
      {
        'src/a.js': flagged('new').replace('@acme/flags', './lib.js'),
        'src/lib.js': 'start();\nexport const isOn = (key) => ask(key);\n',
      },
      {},
      'not-proved',
    ],
    [
      'guards the only use of another',
      { 'src/a.js': flagged('new').replace('return n;', "return isOn('other') ? n : 0;") },
      {},
      'not-proved',
    ],
  ])('leaves a flag alone that %s', async (_what, given, over, word) => {
    expect(await codes(given, over)).toEqual([`new flag-removal.${word}`]);
  });

  it('leaves everything alone where there is too much code', async () => {
    const large = 'x'.repeat(600_000);
    expect(await codes({ ...files, 'src/large.js': large })).toEqual(['main flag-removal.too-much']);
  });

  it('does not propose again what is held, until the branch moves', async () => {
    await run(files);
    const held = { ...earlier, base: await git.resolve('main') };
    expect(await codes(files, { earlier: [held] })).toEqual(['new flag-removal.held']);
    expect(await codes({ ...files, 'README.md': 'x' }, { earlier: [held] })).toEqual([]);
  });

  it('does not propose again what was turned away, until the code changes', async () => {
    const of = String((await run(files)).proposals[0]?.record.of);
    const refused = { ...earlier, of, outcome: 'refused' as const };
    const more = { ...files, 'README.md': 'x' };
    expect(await codes(more, { earlier: [refused] })).toEqual(['new flag-removal.turned-away']);
    expect(await codes(more, { earlier: [{ ...refused, code: 'policy.frozen' }] })).toEqual([]);
    const edited = { 'src/a.js': flagged('new', 'return n + 2') };
    expect(await codes(edited, { earlier: [refused] })).toEqual([]);
  });

  describe('where tests describe the flag off', () => {
    const commands = { install: null, build: null, test: ['npm', 'test'], testSeconds: 1 } as const;
    const test = (title: string) => `test('${title}', () => check(price(1)));\n`;
    const tested = {
      ...files,
      'test/a.test.js': `${test('is new')}${test('is old')}`,
      'test/b.test.js': test('was old'),
    };
    const ran = (failing: readonly string[]) =>
      testRun(
        ['is new', 'is old', 'was old'].map((name) => [name, failing.includes(name) ? 'not-ok' : 'ok']),
      );
    const says = (head: readonly string[], rerun = head) => ({
      compare: async () => ({ base: ran([]), head: ran(head), rerun: ran(rerun) }),
    });
    const old = ['is old', 'was old'];

    it('proposes it without them', async () => {
      const { proposals, skipped } = await run(tested, { commands }, says(old));
      expect(skipped).toEqual([]);
      const head = proposals[0]?.head ?? '';
      expect((await git.readFile(head, 'test/a.test.js'))?.toString()).toBe(test('is new'));
      const changed = await git.diff(await git.resolve('main'), head);
      expect(changed.map(({ path, status }) => `${status} ${path}`)).toEqual([
        'modified src/a.js',
        'modified test/a.test.js',
        'deleted test/b.test.js',
      ]);
    });

    it('leaves it alone where they cannot be told', async () => {
      const { proposals, skipped } = await run(tested, { commands }, says(old, ['is old']));
      expect(proposals).toEqual([]);
      const reason = 'Its tests are for a person: "was old" does not end the same way in two runs.';
      expect(skipped).toEqual([{ name: 'new', code: 'flag-removal.tests', reason }]);
    });

    it('proposes what was turned away again once they change', async () => {
      const [made] = (await run(tested, { commands }, says(old))).proposals;
      const refused = { ...earlier, outcome: 'refused' as const, of: String(made?.record.of) };
      const again = await run(tested, { commands, earlier: [refused] }, says(old));
      expect(again.skipped).toMatchObject([{ code: 'flag-removal.turned-away' }]);
      const mended = { ...tested, 'test/b.test.js': `// Mended.\n${test('was old')}` };
      expect((await run(mended, { commands, earlier: [refused] }, says(old))).skipped).toEqual([]);
    });
  });

  it('claims nothing where nobody can rewrite or compare', async () => {
    git.commit('main', files);
    const removeTests = async () => undefined;
    const deps = { git, prover, tests: untested };
    const unable = { ...deps, remover: { remove: async () => undefined, removeTests } };
    const lying = {
      ...deps,
      remover: {
        removeTests,
        remove: async () => ({ kind: 'removed' as const, files: [{ path: 'src/a.js', text: 'steal();\n' }] }),
      },
    };
    const settings = {
      target: 'main',
      asOf,
      removeAfterSeconds: 1,
      helpers: ['@acme/flags#isOn'],
      ignore: [],
      maxOpen: 5,
      open: [],
      earlier: [],
      flags: [ended('new')],
      commands: undefined,
    };
    expect((await runFlagRemovalAgent(unable, settings)).skipped).toMatchObject([
      { code: 'flag-removal.cannot' },
    ]);
    expect((await runFlagRemovalAgent(lying, settings)).skipped).toMatchObject([
      { code: 'flag-removal.not-proved' },
    ]);
    const blind = {
      ...deps,
      remover,
      prover: { flags: async () => undefined, removedTests: async () => undefined },
    };
    expect((await runFlagRemovalAgent(blind, settings)).skipped).toMatchObject([
      { code: 'flag-removal.not-proved' },
    ]);
  });
});
