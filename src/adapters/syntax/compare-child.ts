import { isRecord } from '../../domain/npm/hostile-json.ts';
import { compareSyntax } from './compare-syntax.ts';

/** The child of child-syntax-comparer.ts: pairs as JSON on standard input, comparisons as JSON on standard output. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
const pairs: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const answers = [];
for (const pair of Array.isArray(pairs) ? pairs : []) {
  if (!isRecord(pair)) continue;
  const { path, base, head } = pair;
  if (typeof path !== 'string' || typeof base !== 'string' || typeof head !== 'string') continue;
  answers.push({ path, ...compareSyntax(path, base, head) });
}
process.stdout.write(JSON.stringify(answers));
