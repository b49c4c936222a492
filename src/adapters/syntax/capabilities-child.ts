import { isRecord } from '../../domain/npm/hostile-json.ts';
import { capabilitiesOf } from './capabilities.ts';

/** The child of child-syntax-comparer.ts: sources as JSON on standard input, what they can do as JSON on standard output. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
const sources: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const answers = [];
for (const source of Array.isArray(sources) ? sources : []) {
  if (!isRecord(source)) continue;
  const { id, path, text } = source;
  if (typeof id !== 'string' || typeof path !== 'string' || typeof text !== 'string') continue;
  const found = capabilitiesOf(path, text);
  if (found !== undefined) answers.push({ id, found });
}
process.stdout.write(JSON.stringify(answers));
