import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { diff, gt } from 'semver';
import { expect, test } from 'vitest';
import { benignCases } from './benign-cases.ts';
import { halfOf, idOf } from './case.ts';
import { incidentCases } from './incident-cases.ts';

const cases = [...incidentCases, ...benignCases];
const fixtures = join(import.meta.dirname, 'fixtures');

test('each case is an update to a later patch or minor version, and there once', () => {
  for (const { from, to } of cases) {
    expect(gt(to, from), `${from} -> ${to}`).toBe(true);
    expect(['patch', 'minor']).toContain(diff(from, to));
  }
  expect(new Set(cases.map(idOf)).size).toBe(cases.length);
});

test('each case has a client with tests and a probe, and no client is without a case', () => {
  const names = new Set(cases.map(({ name }) => name));
  expect(new Set(readdirSync(fixtures))).toEqual(names);
  for (const name of names) {
    const files = readdirSync(join(fixtures, name)).map((file) => file.replace(/\.mjs$/, '.js'));
    expect(new Set(files), name).toEqual(new Set(['index.js', 'index.test.js', 'probe.js']));
  }
});

test('each half holds incidents and benign releases, a package in one half alone', () => {
  for (const half of ['tuning', 'held-out'] as const) {
    const there = cases.filter((each) => halfOf(each) === half);
    expect(there.filter(({ kind }) => kind === 'incident').length).toBeGreaterThan(9);
    expect(there.filter(({ kind }) => kind === 'benign').length).toBeGreaterThan(19);
  }
  expect(halfOf({ name: 'qs' })).toBe(halfOf({ name: 'qs' }));
});
