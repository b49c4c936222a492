import type { FilePair } from '../../domain/file-diff.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { diffOf } from './diff-of.ts';

/** The child of child-diff-reader.ts: pairs in, diffs out. */
const pairs = await readQuestion<readonly FilePair[]>();
writeAnswer(pairs.map((pair) => ({ path: pair.path, ...diffOf(pair) })));
