import type { FlagQuestion } from '../../domain/flag-off.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import { answerFlags } from '../../flag-off/compare.ts';
import { removedTests } from '../../flag-off/off-tests/removed-tests.ts';
import { proveFunction } from '../../proof/prove-function.ts';
import { survey } from '../../proof/survey.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parseSource } from './parse.ts';
import { startSolver } from './solver.ts';

/** The child of child-prover.ts: one job in, its answer out. */
writeAnswer(await answer(await readQuestion<Record<string, unknown>>()));

async function answer({
  survey: pairs,
  flags,
  tests,
  prove,
  name,
  effort,
}: Record<string, unknown>): Promise<unknown> {
  if (Array.isArray(pairs)) return pairs.flatMap(surveyed);
  if (isRecord(flags)) return folded(flags);
  // The list is this program's own; only the texts in it are not.
  if (Array.isArray(tests)) return testsOf(tests as readonly SourcePair[]);
  const versions = read(prove);
  if (versions === undefined || typeof name !== 'string') throw new Error('expected a pair and a name');
  const { solve } = await startSolver(Number(effort));
  const parse = (text: string) => parseSource('contract.ts', text);
  return proveFunction(name, versions, { parse, solve });
}

function surveyed(pair: unknown): readonly unknown[] {
  try {
    const versions = read(pair);
    return versions === undefined
      ? []
      : [{ path: versions.path, found: survey(versions.base, versions.head) }];
  } catch {
    return [];
  }
}

/** Throws an Error for text that does not parse. */
function read(pair: unknown) {
  if (!isRecord(pair)) return undefined;
  const { path, base, head } = pair;
  if (typeof path !== 'string' || typeof base !== 'string' || typeof head !== 'string') return undefined;
  return { path, base: parseSource(path, base), head: parseSource(path, head) };
}

/** null: some text does not parse. */
function testsOf(pairs: readonly SourcePair[]): unknown {
  try {
    return removedTests(pairs, (path, text) => parseSource(path, text));
  } catch {
    return null;
  }
}

/** null: some text does not parse. */
function folded(question: Record<string, unknown>): unknown {
  try {
    // The question is this program's own; only the texts in it are not.
    return answerFlags(question as unknown as FlagQuestion, (path, text) => parseSource(path, text).program);
  } catch {
    return null;
  }
}
