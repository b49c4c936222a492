import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rowKinds } from '../../judge-eval/header.ts';
import { type Row, readRow } from '../../judge-eval/row.ts';

/** The set that ships with autoland. */
export const shippedEvalset = join(import.meta.dirname, '..', '..', '..', 'evalset', 'judge');

/** All rows of a folder, by name. A page that is no row is an error, not one row fewer. */
export async function readEvalset(folder: string = shippedEvalset): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const kind of rowKinds) {
    const names = (await readdir(join(folder, kind))).filter((name) => name.endsWith('.md')).sort();
    for (const name of names)
      rows.push(readRow(kind, name.slice(0, -3), await readFile(join(folder, kind, name), 'utf8')));
  }
  return rows;
}
