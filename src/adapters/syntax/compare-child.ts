import type { SourcePair } from '../../domain/syntax.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { compareSyntax } from './compare-syntax.ts';

/** The child of child-syntax-comparer.ts: pairs in, comparisons out. */
const pairs = await readQuestion<readonly SourcePair[]>();
writeAnswer(pairs.map(({ path, base, head }) => ({ path, ...compareSyntax(path, base, head) })));
