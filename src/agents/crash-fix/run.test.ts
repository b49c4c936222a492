import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import { AutolandError } from '../../domain/errors.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { type CrashFixSettings, type FoundFix, runCrashFixAgent } from './run.ts';

let git: TempGit;
let tip: Sha;
let asked: string[];
beforeEach(() => {
  git = new TempGit();
  tip = git.commit('main', { 'src/cart.js': 'old\n' });
  asked = [];
});
afterEach(() => git.remove());

const now = new Date('2026-03-10T00:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const crash = (over: Partial<Crash> = {}): Crash => ({
  signature: 'a'.repeat(32),
  service: 'shop',
  errorType: 'TypeError',
  message: 'user 4711 has no cart',
  frames: [{ file: 'src/cart.js', line: 1, column: 1, functionName: 'total' }],
  count: 50,
  firstSeen: daysAgo(2),
  lastSeen: daysAgo(1),
  commit: 'c0ffee',
  ...over,
});
const seen = (one: Crash | undefined, signature = 'a'.repeat(32)) => ({
  signature,
  name: 'total',
  crash: one,
});

const fixed: FoundFix = {
  files: new Map([['src/cart.js', 'new\n']]),
  test: new Map([['crash.test.js', 'test\n']]),
  record: { tried: [{ name: 'optional-chain', end: 'fixed' }] },
  ended: undefined,
};
const settings: CrashFixSettings = {
  target: 'main',
  seen: [],
  minCount: 10,
  maxAgeDays: 7,
  maxOpen: 1,
  maxPerDay: 3,
  asOf: now,
  fixes: [],
  searches: [],
};

function run(over: Partial<CrashFixSettings>, found: FoundFix | Error = fixed) {
  const findFix = async ({ signature }: Crash) => {
    asked.push(signature);
    if (found instanceof Error) throw found;
    return found;
  };
  return runCrashFixAgent({ git, findFix }, { ...settings, ...over });
}
const codes = async (over: Partial<CrashFixSettings>) => (await run(over)).skipped.map(({ code }) => code);
const fix = (outcome: string | null, signature = 'a'.repeat(32)) => ({
  signature,
  change: 'chg_1',
  outcome,
  code: 'x',
  at: daysAgo(3),
});

describe('the agent for crash-fixes', () => {
  it('proposes the fix with its test, and says nothing of what the message said', async () => {
    const { proposals, skipped, searches } = await run({ seen: [seen(crash())] });
    expect(skipped).toEqual([]);
    const [proposal] = proposals;
    expect(proposal).toMatchObject({
      source: 'agent:crash-fix',
      title: 'Mend TypeError in total (src/cart.js)',
      ref: 'refs/heads/autoland/crash-fix/aaaaaaaaaaaa',
      record: { crash: 'a'.repeat(32), count: 50, base: tip, search: fixed.record },
    });
    const head = proposal?.head ?? '';
    expect(`${await git.readFile(head, 'src/cart.js')}${await git.readFile(head, 'crash.test.js')}`).toBe(
      'new\ntest\n',
    );
    expect(JSON.stringify(proposal)).not.toContain('4711');
    expect(searches).toEqual([{ signature: 'a'.repeat(32), code: 'crash-fix.proposed', tip, record: {} }]);
  });

  it.each<[string, Partial<CrashFixSettings>, string]>([
    ['what is stable never met', { seen: [seen(undefined)] }, 'not-stable'],
    ['is rare', { seen: [seen(crash({ count: 9 }))] }, 'rare'],
    ['was not met for long', { seen: [seen(crash({ lastSeen: daysAgo(8) }))] }, 'old'],
    ['is being mended', { seen: [seen(crash())], fixes: [fix(null)] }, 'open'],
    ['came back', { seen: [seen(crash())], fixes: [fix('landed')] }, 'came-back'],
    ['a person has turned away', { seen: [seen(crash())], fixes: [fix('held')] }, 'turned-away'],
    ['was rolled back', { seen: [seen(crash())], fixes: [fix('rolled-back')] }, 'turned-away'],
    ['waits for another', { seen: [seen(crash())], fixes: [fix(null, 'other')] }, 'max-open'],
  ])('leaves alone what %s', async (_what, over, word) => {
    expect(await codes(over)).toEqual([`crash-fix.${word}`]);
    expect(asked).toEqual([]);
  });

  it('looks for nothing twice on one commit, and not too often on one day', async () => {
    const search = (at: Date, on: Sha, signature = 'a'.repeat(32), code = 'crash-fix.no-fix') => ({
      signature,
      tip: on,
      code,
      at,
    });
    const here = search(daysAgo(3), tip);
    expect(await codes({ seen: [seen(crash())], searches: [here] })).toEqual(['crash-fix.searched']);
    const down = search(daysAgo(3), tip, 'a'.repeat(32), 'sandbox.unavailable');
    expect((await run({ seen: [seen(crash())], searches: [down] })).proposals).toHaveLength(1);
    const today = ['1', '2', '3'].map((one) => search(daysAgo(0.5), 'other', one));
    expect(await codes({ seen: [seen(crash())], searches: today })).toEqual(['crash-fix.quota']);
    const before = ['1', '2', '3'].map((one) => search(daysAgo(1.5), 'other', one));
    expect((await run({ seen: [seen(crash())], searches: before })).proposals).toHaveLength(1);
    expect((await run({ seen: [seen(crash())], fixes: [fix('superseded')] })).proposals).toHaveLength(1);
  });

  it('takes what is met most often first, and counts what it makes', async () => {
    const rest = seen(crash({ signature: 'b', count: 20 }), 'b');
    const { proposals, skipped } = await run({ seen: [rest, seen(crash())] });
    expect(asked).toEqual(['a'.repeat(32)]);
    expect([proposals.length, skipped.map(({ code }) => code)]).toEqual([1, ['crash-fix.max-open']]);
  });

  it('tells and remembers a search that found nothing, failed, or had no source', async () => {
    const ended = { code: 'crash-fix.not-reproduced', reason: 'Nothing shows it.' };
    const none = await run({ seen: [seen(crash())] }, { ...fixed, files: undefined, ended });
    expect([none.skipped, none.searches, none.proposals]).toMatchObject([
      [ended],
      [{ code: ended.code, record: fixed.record }],
      [],
    ]);
    const down = await run({ seen: [seen(crash())] }, new AutolandError('sandbox.unavailable', 'no'));
    expect(down.skipped).toMatchObject([{ code: 'sandbox.unavailable' }]);
    const frames = [{ file: 'dist/gone.js', line: 1, column: 1 }] as const;
    const gone = await run({ seen: [seen(crash({ frames }))] });
    expect(gone.skipped).toMatchObject([{ code: 'crash-fix.no-source' }]);
    await expect(run({ seen: [seen(crash())] }, new TypeError('a bug'))).rejects.toThrow('a bug');
  });
});
