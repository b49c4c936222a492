import { readFileSync } from 'node:fs';

const letters = JSON.parse(readFileSync(new URL('../data/letters.json', import.meta.url), 'utf8'));
const PER_PAGE = 2;
const PAGES_UPSTAIRS = 3;

export class ArchiveClosed extends Error {
  name = 'ArchiveClosed';
}

/** Customers' letters, newest first. Pages after the third are in the old archive: throws ArchiveClosed. */
export function lettersPage(page) {
  if (page > PAGES_UPSTAIRS) throw new ArchiveClosed('the cellar archive does not answer');
  return {
    letters: letters.slice((page - 1) * PER_PAGE, page * PER_PAGE),
    page,
    newer: page > 1 ? page - 1 : undefined,
    older: page + 1,
  };
}
