import { randomBytes } from 'node:crypto';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { readQuestion } from '../json-child.ts';
import { scanText } from './scan-text.ts';

/** The child of child-secret-scanner.ts: texts as JSON on standard input, matches as JSON on standard output. */
const key = randomBytes(32);
const answers = [];
for (const source of await readQuestion()) {
  if (!isRecord(source)) continue;
  const { id, path, text } = source;
  if (typeof id !== 'string' || typeof path !== 'string' || typeof text !== 'string') continue;
  answers.push({ id, found: await scanText(path, text, key) });
}
process.stdout.write(JSON.stringify(answers));
