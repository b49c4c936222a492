import { AutolandError } from '../domain/errors.ts';

/** A row as it is written: one page of Markdown, cut into its parts. */
export type RowPage = {
  readonly header: string;
  readonly why: string;
  readonly blocks: readonly { readonly info: string; readonly lines: readonly string[] }[];
};

/** Front matter, prose, then fenced blocks. A fence ends at a line that repeats it, so a diff may hold fences of its own. */
export function readPage(id: string, text: string): RowPage {
  const lines = text.replace(/\n$/, '').split('\n');
  const end = lines.indexOf('---', 1);
  if (lines[0] !== '---' || end === -1)
    throw invalidRow(
      id,
      'expected front matter between two lines ---, found none',
      'begin the page with ---',
    );
  const blocks: { info: string; lines: string[] }[] = [];
  const why: string[] = [];
  let open: { fence: string; block: { info: string; lines: string[] } } | undefined;
  for (const line of lines.slice(end + 1)) {
    if (open !== undefined) {
      if (line === open.fence) open = undefined;
      else open.block.lines.push(line);
      continue;
    }
    const [, fence, info = ''] = /^(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (fence === undefined) {
      if (line.trim() !== '') why.push(line.trim());
      continue;
    }
    open = { fence, block: { info: info.trim(), lines: [] } };
    blocks.push(open.block);
  }
  if (open !== undefined)
    throw invalidRow(id, `expected ${open.fence} at the end, found none`, 'close the last block');
  return { header: lines.slice(1, end).join('\n'), why: why.join(' '), blocks };
}

export function invalidRow(id: string, found: string, mend: string): AutolandError {
  return new AutolandError('evalset.invalid', `row ${id}: ${found}`, { mend });
}
