import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { capabilitiesOf } from './capabilities.ts';

/** The child of child-syntax-comparer.ts: sources in, what they can do out. */
const answers = [];
for (const { id, path, text } of await readQuestion<readonly SourceText[]>()) {
  const found = capabilitiesOf(path, text);
  if (found !== undefined) answers.push({ id, found });
}
writeAnswer(answers);
