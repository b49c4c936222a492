import { stripVTControlCharacters } from 'node:util';
import type { TestReport } from '../../domain/test-comparison.ts';

/**
 * The last lines that vitest (`Tests  1 failed | 5 passed | 1 skipped (7)`), jest (`Tests: 1 skipped, 5 passed, 6 total`)
 * mocha (`5 passing (10ms)`, `1 pending`, `1 failing`) and ava (`2 tests passed`, `1 test skipped`) print. Several runs add
 * up. Counts only, no names.
 */
export function parseSummary(output: string): TestReport | undefined {
  const lines = stripVTControlCharacters(output).split('\n');
  const found = lines.flatMap((line) => vitestOrJest(line) ?? mocha(line) ?? ava(line) ?? []);
  if (!found.some((counts) => counts.total !== undefined)) return undefined;
  const sum = (key: 'ok' | 'not-ok' | 'skip' | 'todo'): number =>
    found.reduce((all, counts) => all + (counts[key] ?? 0), 0);
  const counts = { ok: sum('ok'), 'not-ok': sum('not-ok'), skip: sum('skip'), todo: sum('todo') };
  const parts = counts.ok + counts['not-ok'] + counts.skip + counts.todo;
  const total = found.reduce((all, each) => all + (each.total ?? 0), 0);
  const documents = found.filter((each) => each.total !== undefined).length;
  return { tests: undefined, counts, complete: total <= parts, format: 'summary', documents };
}

type Counts = Partial<Record<'ok' | 'not-ok' | 'skip' | 'todo' | 'total', number>>;

function vitestOrJest(line: string): Counts | undefined {
  const rest = /^\s*Tests:?\s+(\d.*)$/.exec(line)?.[1];
  if (rest === undefined) return undefined;
  const number = (pattern: RegExp): number | undefined => {
    const text = pattern.exec(rest)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const total = number(/(\d+) total/) ?? number(/\((\d+)\)\s*$/);
  if (total === undefined) return undefined;
  return counts({
    ok: number(/(\d+) passed/),
    'not-ok': number(/(\d+) failed/),
    skip: number(/(\d+) skipped/),
    todo: number(/(\d+) todo/),
    total,
  });
}

function mocha(line: string): Counts | undefined {
  const [, text, word] = /^\s{2}(\d+) (passing|pending|failing)\b/.exec(line) ?? [];
  if (text === undefined) return undefined;
  const count = Number(text);
  if (word === 'passing') return { ok: count, total: count };
  return word === 'pending' ? { skip: count } : { 'not-ok': count };
}

function ava(line: string): Counts | undefined {
  const [, text, word] = /^\s{2}(\d+) tests? (passed|failed|skipped|todo)\s*$/.exec(line) ?? [];
  if (text === undefined) return undefined;
  const count = Number(text);
  if (word === 'passed') return { ok: count, total: count };
  if (word === 'failed') return { 'not-ok': count };
  return word === 'skipped' ? { skip: count } : { todo: count };
}

function counts(values: { readonly [Key in keyof Counts]: number | undefined }): Counts {
  const known: Counts = {};
  for (const key of ['ok', 'not-ok', 'skip', 'todo', 'total'] as const) {
    const value = values[key];
    if (value !== undefined) known[key] = value;
  }
  return known;
}
