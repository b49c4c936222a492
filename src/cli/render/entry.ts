import type { Entry } from '../../domain/journal.ts';
import { cut, isNarrow, paint, width } from './text.ts';

/** One journal entry in one line. */
export function renderEntry(entry: Entry): string[] {
  const { stage, ...rest } = entry.data;
  const head = `${String(entry.index).padStart(5)} ${entry.at.slice(11, 23)} ${(entry.change ?? '-').padEnd(16)} `;
  const what = typeof stage === 'string' ? `${entry.type} ${stage}` : entry.type;
  if (isNarrow()) return [paint('dim', head.trim()), cut(`  ${what}`, width())];
  const room = width() - head.length - what.length - 1;
  const detail = JSON.stringify(rest).slice(1, -1);
  return [`${paint('dim', head)}${what} ${paint('dim', cut(detail, Math.max(0, room)))}`];
}
