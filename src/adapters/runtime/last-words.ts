import { maskSecrets } from '../../domain/mask.ts';

const LINES = 8;
const CHARACTERS = 1000;

/** The end of an output, without these secrets, what looks like one, and control characters. */
export function lastWords(output: string, secrets: readonly string[]): string {
  const text = maskSecrets(printable(output), secrets).trim();
  // Cut last: half of a secret would not be known for one.
  const lines = text.split('\n').slice(-LINES).join('\n').slice(-CHARACTERS);
  return lines === '' ? '(no output)' : lines;
}

/** Somebody else's output must not drive a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''));
}
