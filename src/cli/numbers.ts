import { AutolandError } from '../domain/errors.ts';

/** The index of a journal entry. Throws `usage` for anything but a whole number from 0. */
export function readIndex(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AutolandError('usage', `expected the index of an entry, found ${JSON.stringify(text)}`, {
    mend: 'give a whole number from 0',
  });
}

/** How many. Throws `usage` for anything but a whole number from 1 to 1000. */
export function readCount(text: string): number {
  if (/^[1-9]\d{0,2}$|^1000$/.test(text)) return Number(text);
  throw new AutolandError('usage', `expected how many, found ${JSON.stringify(text)}`, {
    mend: 'give a whole number from 1 to 1000',
  });
}
