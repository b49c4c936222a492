import { children } from '../domain/syntax-tree.ts';
import type { Parsed } from './parsed.ts';

/** A `@critical` comment: JavaScript expressions over the parameters, and `result` in `ensures`. */
export type Tag = {
  readonly requires: readonly string[];
  readonly ensures: readonly string[];
  /** Offset of the comment, and of the statement after it (undefined: there is none). */
  readonly start: number;
  readonly of: number | undefined;
};

/** Whether a text may hold a tag at all; most need not be parsed. */
export function mayBeTagged(text: string): boolean {
  return text.includes('@critical');
}

export function tagsOf({ program, comments, text }: Parsed): readonly Tag[] {
  const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  return docs.flatMap(({ value, start, end }) => {
    const found = blockTags(value);
    if (!found.some(({ name }) => name === 'critical')) return [];
    const of = (wanted: string) => found.filter(({ name }) => name === wanted).map(({ rest }) => rest);
    const next = children(program, 'body').find((statement) => statement.start >= end);
    const between = next === undefined ? 'nothing' : blank(text, comments, end, next.start);
    return [
      {
        requires: of('requires'),
        ensures: of('ensures'),
        start,
        of: between === '' ? next?.start : undefined,
      },
    ];
  });
}

/** What stands between two offsets besides comments and white space. */
function blank(text: string, comments: Parsed['comments'], from: number, to: number): string {
  let rest = '';
  let at = from;
  for (const { start, end } of comments) {
    if (start < at || end > to) continue;
    rest += text.slice(at, start);
    at = end;
  }
  return (rest + text.slice(at, to)).trim();
}

/** A tag begins a line, and reaches to the next one. */
function blockTags(comment: string): readonly { readonly name: string; readonly rest: string }[] {
  const tags: { name: string; rest: string }[] = [];
  for (const line of comment.split('\n')) {
    const text = line.replace(/^[\s*]+/, '').trimEnd();
    const begun = /^@([a-zA-Z]+)(?![\w])\s*(.*)$/.exec(text);
    const last = tags.at(-1);
    if (begun !== null) tags.push({ name: begun[1] ?? '', rest: begun[2] ?? '' });
    else if (last !== undefined && text !== '') last.rest += ` ${text}`;
  }
  return tags.map(({ name, rest }) => ({ name, rest: rest.trim() }));
}
