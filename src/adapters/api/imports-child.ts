import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { importsOf } from './imports.ts';

/** A child of child-api-reader.ts: sources in, what they take out. */
const answers = [];
for (const { id, path, text } of await readQuestion<readonly SourceText[]>()) {
  const found = importsOf(path, text);
  if (found !== undefined) answers.push({ id, ...found });
}
writeAnswer(answers);
