import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { outlineOf } from './outline.ts';

/** The child of child-document-reader.ts: documents in, outlines out. */
const documents = await readQuestion<readonly SourceText[]>();
writeAnswer(documents.map(({ id, text }) => ({ id, outline: outlineOf(text) })));
