import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ApiComparison, SourceImports } from '../../domain/api.ts';
import type { DeclaredFunction } from '../../domain/parameter-types.ts';
import type { ApiReader } from '../../ports/api.ts';
import { EvidenceCache } from '../evidence-cache.ts';
import { KeptApiReader } from './kept-api-reader.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'readings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const kept: ApiComparison = { breaks: [], sights: [{ subpath: '.', how: 'types' }], foreign: [] };
const declared: readonly DeclaredFunction[] = [{ old: [{ parameters: [] }], now: [] }];
const taken: SourceImports = { imports: [], members: ['a'] };
const text = (of: string) => ({ name: 'kit', old: [], now: [{ path: 'index.d.ts', text: of }] });
const comparison = (of: string) => ({ ...text(of), subpaths: ['.'], entries: [] });
const parameters = (of: string) => ({ ...text(of), functions: [] });
const sources = (...ids: string[]) => ids.map((id) => ({ id, path: `${id}.js`, text: id }));

type Answers = {
  readonly compare?: ApiComparison | undefined;
  readonly parameters?: readonly DeclaredFunction[] | undefined;
  readonly imports?: readonly string[];
};

/** What is said to each question, of which each is asked by a reader of its own, and how many reached the inner one. */
async function asked<Answer>(answers: Answers, questions: readonly ((of: ApiReader) => Promise<Answer>)[]) {
  let times = 0;
  const count = <Said>(said: Said): Promise<Said> => {
    times += 1;
    return Promise.resolve(said);
  };
  const inner: ApiReader = {
    compare: () => count(answers.compare),
    parameters: () => count(answers.parameters),
    imports: () => count(new Map((answers.imports ?? []).map((id) => [id, taken]))),
  };
  const said: Answer[] = [];
  for (const ask of questions) said.push(await ask(new KeptApiReader(inner, new EvidenceCache(directory))));
  return { said, times };
}

it('reads the same texts once', async () => {
  const compare = (reader: ApiReader) => reader.compare(comparison('a'));
  expect(await asked({ compare: kept }, [compare, compare])).toEqual({ said: [kept, kept], times: 1 });
  const ways = (reader: ApiReader) => reader.parameters(parameters('a'));
  expect(await asked({ parameters: declared }, [ways, ways])).toEqual({
    said: [declared, declared],
    times: 1,
  });
  const imports = (reader: ApiReader) => reader.imports(sources('a', 'b'));
  const found = new Map(['a', 'b'].map((id) => [id, taken]));
  expect(await asked({ imports: ['a', 'b'] }, [imports, imports])).toEqual({
    said: [found, found],
    times: 1,
  });
});

it('reads other texts, and what could not be found out, again', async () => {
  const other = ['a', 'b'].map((of) => (reader: ApiReader) => reader.compare(comparison(of)));
  expect((await asked({ compare: kept }, other)).times).toBe(2);
  const ways = (reader: ApiReader) => reader.parameters(parameters('c'));
  expect(await asked({ parameters: undefined }, [ways, ways])).toEqual({
    said: [undefined, undefined],
    times: 2,
  });
  const imports = (reader: ApiReader) => reader.imports(sources('a', 'b'));
  const found = new Map([['a', taken]]);
  expect(await asked({ imports: ['a'] }, [imports, imports])).toEqual({ said: [found, found], times: 2 });
});
