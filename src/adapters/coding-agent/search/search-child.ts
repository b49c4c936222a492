import { readQuestion, writeAnswer } from '../../json-child.ts';
import { hitsIn, type SearchedText } from './lines.ts';

const { pattern, flags, texts } = await readQuestion<{
  readonly pattern: string;
  readonly flags: string;
  readonly texts: readonly SearchedText[];
}>();
const regex = new RegExp(pattern, flags);
writeAnswer(hitsIn(texts, (line) => regex.test(line)));
