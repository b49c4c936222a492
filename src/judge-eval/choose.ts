import { createHash } from 'node:crypto';
import { byText } from '../domain/npm/order.ts';
import type { Row, Split } from './row.ts';

/** undefined: all of it. */
export type Choice = { readonly split: Split | undefined; readonly limit: number | undefined };

/** With a limit the same rows each time, of all kinds: by a digest of their names, so that adding a row moves few others. */
export function choose(rows: readonly Row[], { split, limit }: Choice): readonly Row[] {
  const wanted = rows.filter((row) => split === undefined || row.split === split);
  if (limit === undefined || limit >= wanted.length) return wanted;
  const drawn = wanted.toSorted((a, b) => byText(lot(a.id), lot(b.id))).slice(0, limit);
  return drawn.toSorted((a, b) => byText(a.id, b.id));
}

function lot(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of all that a judge is shown and measured by: figures of another set are other figures. */
export function evalsetDigest(rows: readonly Row[]): string {
  const told = rows
    .toSorted((a, b) => byText(a.id, b.id))
    .map(({ id, label, origin, class: changeClass, base, head, twin = null, defects }) =>
      JSON.stringify([id, label, origin, changeClass, base, head, twin, defects]),
    );
  return createHash('sha256').update(told.join('\n')).digest('hex').slice(0, 16);
}
