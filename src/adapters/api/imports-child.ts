import type { SourceText } from '../../domain/capabilities.ts';
import { importsOf } from './imports.ts';

/** A child of child-api-reader.ts: sources as JSON on standard input, what they take as JSON on standard output. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
// The parent wrote it: its texts are hostile, its shape is not.
const sources = JSON.parse(Buffer.concat(chunks).toString('utf8')) as readonly SourceText[];
const answers = [];
for (const { id, path, text } of sources) {
  const found = importsOf(path, text);
  if (found !== undefined) answers.push({ id, ...found });
}
process.stdout.write(JSON.stringify(answers));
