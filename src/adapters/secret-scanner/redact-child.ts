import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { redactText } from './redact-text.ts';

/** The child of child-redactor.ts: texts in, texts without credentials out. */
const answers = [];
for (const { id, path, text } of await readQuestion<readonly SourceText[]>())
  answers.push({ id, redacted: await redactText(path, text) });
writeAnswer(answers);
