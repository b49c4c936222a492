import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeClasses } from '../../../domain/change.ts';
import { sampleFile } from '../../../testing/changes.ts';
import type { DiffFacts, HistoryFacts, RegistryFacts } from '../facts.ts';
import type { RiskFeatures } from './features.ts';
import { risk } from './risk.ts';
import { riskOf } from './score.ts';

const asOf = new Date('2026-01-31T00:00:00Z');
const limits = { maxFiles: 1, maxChangedLines: 1, maxDeletedLines: 1, maxFileKiB: 1 };
const diff: DiffFacts = { class: 'docs', files: [sampleFile('README.md')], protectedPaths: [], limits };
const history: HistoryFacts = { touches: [], commits: 1000, critical: [], asOf };
const registry: RegistryFacts = {
  packages: [],
  entries: [],
  baseVersions: new Map(),
  versions: new Map(),
  ages: { minimumAgeDays: 7, asOf },
};
const check = (over: {
  diff?: Partial<DiffFacts>;
  history?: Partial<HistoryFacts>;
  registry?: Partial<RegistryFacts>;
}) =>
  risk.check({
    diff: { ...diff, ...over.diff },
    history: { ...history, ...over.history },
    registry: { ...registry, ...over.registry },
  });
const touch = (author: string, daysAgo: number) => ({
  author,
  at: new Date(asOf.getTime() - daysAgo * 86_400_000),
});
const busy = Array.from({ length: 200 }, (_, at) => touch(`a${at % 20}`, at / 10));
const scoreOf = (over: Parameters<typeof check>[0]) => Number(check(over)?.evidence.score);
const ejs = { name: 'ejs', path: 'node_modules/ejs', from: '1.0.0', to: '1.0.1', direct: true };
const published = (publishedAt: string | undefined) => ({
  packages: [ejs],
  versions: new Map([['ejs@1.0.1', { publishedAt, manifest: undefined }]]),
});

describe('risk', () => {
  it('lets a small change of documents through', () => {
    expect(check({})).toMatchObject({ verdict: 'pass', code: 'risk.low' });
  });

  it('asks a person about a large change of busy code', () => {
    const files = Array.from({ length: 15 }, (_, at) => sampleFile(`src/${at}/a.ts`, { added: 100 }));
    const found = check({ diff: { class: 'crash-fix', files }, history: { touches: busy } });
    expect(found).toMatchObject({ verdict: 'abstain', code: 'risk.high' });
    expect(found?.reason).toContain('history');
  });

  it('asks about what is named as critical, however small; a revert never waits', () => {
    const critical = { critical: ['README.md'] };
    expect(check({ history: critical })).toMatchObject({ verdict: 'abstain', code: 'risk.high' });
    expect(check({ history: critical, diff: { class: 'revert' } })).toMatchObject({
      verdict: 'pass',
      code: 'risk.high',
    });
    expect(check({ diff: { protectedPaths: ['.npmrc'] } })).toMatchObject({ code: 'risk.high' });
  });

  it('ranks by age, authors and packages', () => {
    expect(scoreOf({ history: { touches: [touch('a', 1)] } })).toBeGreaterThan(
      scoreOf({ history: { touches: [touch('a', 900)] } }),
    );
    const many = [touch('a', 9), touch('b', 9), touch('c', 9)];
    const one = many.map((each) => ({ ...each, author: 'a' }));
    expect(scoreOf({ history: { touches: many } })).toBeGreaterThan(scoreOf({ history: { touches: one } }));
    const [old, young, unknown] = ['2025-01-01', '2026-01-30', undefined].map((at) =>
      scoreOf({ registry: published(at) }),
    );
    expect(young).toBeGreaterThan(old ?? 1);
    expect(unknown).toBeGreaterThanOrEqual(young ?? 1);
  });

  it('takes a time to come for now', () => {
    const [future, now] = [touch('a', -5000), touch('a', 0)];
    expect(scoreOf({ history: { touches: [future] } })).toBe(scoreOf({ history: { touches: [now] } }));
  });
});

const amount = fc.double({ min: 0, noNaN: false });
const features = fc.record<RiskFeatures>({
  class: fc.constantFrom(...changeClasses),
  lines: amount,
  files: amount,
  folders: amount,
  entropy: amount,
  touches: amount,
  authors: amount,
  recency: amount,
  criticality: amount,
  isCritical: fc.boolean(),
  packages: amount,
  novelty: amount,
});

it('never ranks a riskier change lower', () => {
  const bands = ['low', 'medium', 'high'];
  const keys = [
    'lines',
    'files',
    'folders',
    'entropy',
    'touches',
    'authors',
    'recency',
    'criticality',
    'packages',
    'novelty',
  ] as const;
  fc.assert(
    fc.property(features, fc.constantFrom(...keys), amount, (some, key, more) => {
      const worse = { ...some, [key]: some[key] + more };
      const [one, other] = [riskOf(some), riskOf(worse)];
      expect(other.score).toBeGreaterThanOrEqual(one.score - 1e-12);
      expect(riskOf({ ...some, isCritical: true }).score).toBeGreaterThanOrEqual(one.score);
      expect(one.score).toBeGreaterThanOrEqual(0);
      expect(one.score).toBeLessThanOrEqual(1);
      expect(bands.indexOf(other.band)).toBeGreaterThanOrEqual(bands.indexOf(one.band));
    }),
  );
});

it('says what it cannot count is the worst', () => {
  const some = fc.sample(features, 1)[0];
  expect(some).toBeDefined();
  if (some !== undefined) expect(riskOf({ ...some, lines: Number.NaN }).parts.size).toBe(1);
});
