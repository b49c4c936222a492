import { randomBytes } from 'node:crypto';
import type { SourceText } from '../../domain/capabilities.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { scanText } from './scan-text.ts';

/** The child of child-secret-scanner.ts: texts in, matches out. */
const key = randomBytes(32);
const answers = [];
for (const { id, path, text } of await readQuestion<readonly SourceText[]>())
  answers.push({ id, found: await scanText(path, text, key) });
writeAnswer(answers);
