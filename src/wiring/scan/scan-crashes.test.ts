import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCrashBook } from '../../adapters/crashes/crash-file.ts';
import { parseConfig } from '../../config/config.ts';
import type { Crash } from '../../domain/crash.ts';
import { emptyBook, takeIn, unbuilt } from '../../domain/crashes/book.ts';
import type { Entry } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import { TempGit } from '../../testing/temp-git.ts';
import { crashFixSource, foldLedger } from '../../views/ledger.ts';
import { scanCrashes } from './scan-crashes.ts';

let git: TempGit;
let tip: string;
let asked: Crash[];
beforeEach(() => {
  git = new TempGit();
  tip = git.commit('main', { 'src/cart.js': 'old\n' });
  asked = [];
});
afterEach(() => git.remove());

const now = new Date('2026-03-10T12:00:00Z');
const [signature, stable, canary] = ['ab'.repeat(16), 'sha256:1', 'sha256:2'];
const config = parseConfig('version: 1\nagents: { crash-fix: { minCount: 5 } }', 'autoland.yaml');

const entry = (index: number, type: string, data: JsonObject, change?: string): Entry => ({
  index,
  type,
  actor: 'test',
  at: now.toISOString(),
  data,
  ...(change !== undefined && { change }),
});
const runs = entry(0, 'service.stable', { service: 'shop', commit: 'c1', tree: 't', digest: stable });

const frames = [{ file: 'src/cart.js', line: 1, column: 1, functionName: 'total' }] as const;
const met = (counts: Readonly<Record<string, number>>) => {
  const base = { signature, service: 'shop', errorType: 'TypeError', message: 'm', frames, commit: 'c1' };
  const seen = Object.entries(counts).map(([digest, count]) => ({ ...base, digest, count }));
  return takeIn(emptyBook, seen, { now, dropped: 0 }).book;
};

function scan(counts: Readonly<Record<string, number>>, entries: readonly Entry[] = []) {
  const findFix = async (crash: Crash) => {
    asked.push(crash);
    const ended = { code: 'crash-fix.no-fix', reason: 'None.' };
    return { files: undefined, test: new Map(), record: {}, ended };
  };
  const scans = entries.filter(({ type }) => type === 'agents.scanned');
  const known = { config, ledger: foldLedger([runs, ...entries]), book: () => met(counts), scans, now };
  return scanCrashes({ git, findFix }, known);
}
const codes = async (...given: Parameters<typeof scan>) =>
  (await scan(...given)).skipped.map(({ code }) => code);

describe('scanCrashes', () => {
  it('counts what is stable now alone, whatever a canary met', async () => {
    expect(await codes({ [stable]: 4, [canary]: 900 })).toEqual(['crash-fix.rare']);
    expect(await codes({ [canary]: 900 })).toEqual(['crash-fix.not-stable']);
    expect(asked).toEqual([]);
    expect(await codes({ [stable]: 5, [canary]: 900 })).toEqual(['crash-fix.no-fix']);
    expect(asked).toMatchObject([{ signature, count: 5, commit: 'c1' }]);
  });

  it('counts the commit that was heard last where autoland runs no such service', async () => {
    const elsewhere = { service: 'other', signature, errorType: 'TypeError', message: 'm', frames: frames };
    const told = ['c0', 'c1'].map((commit, at) => ({
      ...elsewhere,
      commit,
      digest: unbuilt(commit),
      count: 5 + at,
    }));
    const book = takeIn(emptyBook, told, { now, dropped: 0 }).book;
    const findFix = async (crash: Crash) => {
      asked.push(crash);
      return { files: undefined, test: new Map(), record: {}, ended: undefined };
    };
    await scanCrashes(
      { git, findFix },
      { config, ledger: foldLedger([runs]), book: () => book, scans: [], now },
    );
    expect(asked).toMatchObject([{ service: 'other', count: 6, commit: 'c1' }]);
  });

  it('remembers by the journal what was searched, and what was proposed by this agent alone', async () => {
    const searches = [{ signature, tip, code: 'crash-fix.no-fix', record: {} }];
    const scanned = (data: JsonObject) => entry(1, 'agents.scanned', data);
    expect(await codes({ [stable]: 5 }, [scanned({ agent: 'crash-fix', searches })])).toEqual([
      'crash-fix.searched',
    ]);
    expect(await codes({ [stable]: 5 }, [scanned({ agent: 'lint', searches })])).toEqual([
      'crash-fix.no-fix',
    ]);
    const proposed = (source: string) =>
      entry(
        1,
        'change.proposed',
        { source, title: '', head: 'h', ref: '', target: 'main', record: { crash: signature } },
        'chg_1',
      );
    const held = entry(
      2,
      'change.concluded',
      { outcome: 'held', code: 'policy.not-earned', reasons: [] },
      'chg_1',
    );
    expect(await codes({ [stable]: 5 }, [proposed(crashFixSource)])).toEqual(['crash-fix.open']);
    expect(await codes({ [stable]: 5 }, [proposed(crashFixSource), held])).toEqual(['crash-fix.turned-away']);
    expect(await codes({ [stable]: 5 }, [proposed('person:a'), held])).toEqual(['crash-fix.no-fix']);
  });

  it('tells that the file of crashes is damaged, and ends no scan for it', async () => {
    const damaged = join(git.dir, 'crashes.json');
    writeFileSync(damaged, '{');
    const known = { config, ledger: foldLedger([runs]), book: () => readCrashBook(damaged), scans: [], now };
    const findFix = () => Promise.reject(new Error('nothing is to be looked for'));
    expect(await scanCrashes({ git, findFix }, known)).toEqual({
      proposals: [],
      skipped: [
        { name: 'crashes', code: 'state.corrupt', reason: expect.stringContaining('remove the file') },
      ],
      searches: [],
    });
  });
});
