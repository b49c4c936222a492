import type { ShownDiff, ShownLine, Side } from '../../domain/judgement.ts';
import { bare, visible } from '../../domain/marking.ts';

/** Where a model says that something is. */
export type Claim = {
  readonly file: string;
  readonly side: Side;
  readonly line: number;
  readonly quote: string;
};

/** A shorter one is found anywhere. */
const leastQuote = 4;
/** A quote may run over so many lines. */
const mostLines = 10;

/** Why the quote does not stand where it is said to stand; undefined: it does. Nothing but blanks, and signs before lines, is forgiven. */
export function misplaced(claim: Claim, diff: ShownDiff): string | undefined {
  // Some copy what stands before the text too.
  const quote = copied(claim.quote.replaceAll(/^[+=-]\d{1,8}\s+/gm, ''));
  if (quote.length < leastQuote) return 'its quote is too short to be found again';
  const file = diff.find(({ path }) => bare(visible(path)) === copied(claim.file));
  if (file === undefined) return 'the change shows no file of that name';
  for (const hunk of file.hunks) {
    const at = hunk.findIndex(({ side, line }) => side === claim.side && line === claim.line);
    if (at !== -1) return beginsIn(hunk.slice(at, at + mostLines), quote);
  }
  return `no ${claim.side} line ${claim.line} was shown of it`;
}

/** As a model wrote it: marks go first, or they would be spelled out. */
function copied(text: string): string {
  return visible(bare(text));
}

function beginsIn(lines: readonly ShownLine[], quote: string): string | undefined {
  const [first = '', ...rest] = lines.map(({ text }) => bare(visible(text)));
  const at = [first, ...rest].join('').indexOf(quote);
  return at !== -1 && at < first.length ? undefined : 'its quote does not stand there';
}
