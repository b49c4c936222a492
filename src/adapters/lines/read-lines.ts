import { createReadStream } from 'node:fs';
import { AutolandError, messageOf } from '../../domain/errors.ts';

const mostCharacters = 1024 * 1024;

/**
 * The lines of a file that are not empty, with their numbers from 1; a byte order mark is none of them. Rejects with `usage` where it
 * cannot be read, or has a line without end.
 */
export async function* readLines(
  path: string,
): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  let rest = '';
  let number = 0;
  let isFirst = true;
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
      const lines = (rest + (isFirst ? withoutMark(String(chunk)) : String(chunk))).split('\n');
      isFirst = false;
      rest = lines.pop() ?? '';
      for (const text of lines) {
        number += 1;
        if (text.trim() !== '') yield { text, number };
      }
      if (rest.length > mostCharacters) throw tooLong(path, number + 1);
    }
  } catch (cause) {
    if (cause instanceof AutolandError || !isOfSystem(cause)) throw cause;
    throw new AutolandError('usage', `expected a file at ${path}: ${messageOf(cause)}`, {
      mend: 'name a file that can be read',
      cause,
    });
  }
  if (rest.trim() !== '') yield { text: rest, number: number + 1 };
}

/** Invisible, so that nobody would see what is wrong with the line. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Whoever takes the lines may throw into this. */
function isOfSystem(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

function tooLong(path: string, number: number): AutolandError {
  return new AutolandError(
    'usage',
    `expected lines of at most ${mostCharacters} characters in ${path}, found a longer one: ${number}`,
    {
      mend: 'write one JSON object a line (NDJSON)',
    },
  );
}
