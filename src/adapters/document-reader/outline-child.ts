import { isRecord } from '../../domain/npm/hostile-json.ts';
import { readQuestion } from '../json-child.ts';
import { outlineOf } from './outline.ts';

/** The child of child-document-reader.ts: documents as JSON on standard input, outlines as JSON on standard output. */
const answers = [];
for (const source of await readQuestion()) {
  if (!isRecord(source)) continue;
  const { id, text } = source;
  if (typeof id !== 'string' || typeof text !== 'string') continue;
  answers.push({ id, outline: outlineOf(text) });
}
process.stdout.write(JSON.stringify(answers));
