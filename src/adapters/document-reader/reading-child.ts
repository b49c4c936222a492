import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { readingOf } from './reading.ts';

/** The child of child-document-reader.ts: documents in, readings out. */
const documents = await readQuestion<readonly SourceText[]>();
writeAnswer(documents.map(({ id, text }) => ({ id, reading: readingOf(text) })));
