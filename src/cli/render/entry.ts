import type { Entry } from '../../domain/journal.ts';
import { cut, paint, width } from './text.ts';

/** Below this the details go under what happened. */
const besideFrom = 110;

/** Journal entries, one after the other, below a line for each day. */
export function renderEntries(entries: readonly Entry[]): string[] {
  return entries.flatMap(entryRenderer());
}

/** The same for entries that come one by one. */
export function entryRenderer(): (entry: Entry) => string[] {
  let day = '';
  return (entry) => {
    const isNew = entry.at.slice(0, 10) !== day;
    day = entry.at.slice(0, 10);
    return [...(isNew ? [paint('bold', `${day}, times in UTC`)] : []), ...renderEntry(entry)];
  };
}

function renderEntry(entry: Entry): string[] {
  const { stage, ...rest } = entry.data;
  const head = `${String(entry.index).padStart(5)} ${entry.at.slice(11, 23)}Z ${(entry.change ?? '-').padEnd(16)} `;
  const what = typeof stage === 'string' ? `${entry.type} ${stage}` : entry.type;
  const detail = JSON.stringify(rest).slice(1, -1);
  const line = `${paint('dim', head)}${cut(what, width() - head.length)}`;
  const below = detail === '' ? [] : [paint('dim', `      ${cut(detail, width() - 6)}`)];
  if (width() < 72) return [paint('dim', head.trimEnd()), cut(`      ${what}`, width()), ...below];
  const room = width() - head.length - what.length - 1;
  return width() < besideFrom || room < 20
    ? [line, ...below]
    : [`${line} ${paint('dim', cut(detail, room))}`];
}
