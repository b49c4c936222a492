import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { faultOf } from './faults.ts';

/** The child of child-syntax-comparer.ts: sources in, their faults out. */
const answers = [];
for (const { id, path, text } of await readQuestion<readonly SourceText[]>()) {
  const fault = faultOf(path, text);
  if (fault !== undefined) answers.push({ id, fault });
}
writeAnswer(answers);
