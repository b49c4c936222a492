import type { ParameterQuestion } from '../../domain/parameter-types.ts';
import { parameterShapes } from './parameter-shapes.ts';

/** A child of child-api-reader.ts: its question as JSON on standard input, functions as JSON on standard output. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
// The parent wrote it: its texts are hostile, its shape is not.
const question = JSON.parse(Buffer.concat(chunks).toString('utf8')) as ParameterQuestion;
process.stdout.write(JSON.stringify(parameterShapes(question)));
