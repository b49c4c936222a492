import { isRecord } from '../../domain/npm/hostile-json.ts';
import { readQuestion } from '../json-child.ts';
import { faultOf } from './faults.ts';

/** The child of child-syntax-comparer.ts: sources as JSON on standard input, their faults as JSON on standard output. */
const answers = [];
for (const source of await readQuestion()) {
  if (!isRecord(source)) continue;
  const { id, path, text } = source;
  if (typeof id !== 'string' || typeof path !== 'string' || typeof text !== 'string') continue;
  const fault = faultOf(path, text);
  if (fault !== undefined) answers.push({ id, fault });
}
process.stdout.write(JSON.stringify(answers));
