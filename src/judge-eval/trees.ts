import { invalidRow } from './page.ts';

/** Paths to whole texts. */
export type Tree = Readonly<Record<string, string>>;

/** A line of one side that a finding may name; counted from 1. */
export type Place = { readonly path: string; readonly side: 'base' | 'head'; readonly line: number };

export type RowTrees = {
  readonly base: Tree;
  readonly head: Tree;
  /** The head without the text that speaks to a reviewer; undefined where there is none. */
  readonly twin: Tree | undefined;
  readonly changed: readonly string[];
  /** Where the defect stands. */
  readonly defects: readonly Place[];
  /** Where text speaks to a reviewer. */
  readonly injections: readonly Place[];
};

type Side = 'base' | 'head' | 'twin';

/**
 * Column 1: in both, `+` head alone, `-` base alone. Column 2: `!` the defect stands here, `@` text that speaks to a reviewer
 * (not in the twin), `?` the twin's line in its place (not in the head).
 */
const sidesOf: Readonly<Record<string, readonly Side[]>> = {
  '  ': ['base', 'head', 'twin'],
  '+ ': ['head', 'twin'],
  '+!': ['head', 'twin'],
  '+@': ['head'],
  '+?': ['twin'],
  '- ': ['base'],
  '-!': ['base'],
};

export function readTrees(
  id: string,
  files: readonly { readonly path: string; readonly lines: readonly string[] }[],
): RowTrees {
  const trees: Record<Side, Record<string, string>> = { base: {}, head: {}, twin: {} };
  const [changed, defects, injections]: [string[], Place[], Place[]] = [[], [], []];
  for (const { path, lines } of files) {
    const texts: Record<Side, string[]> = { base: [], head: [], twin: [] };
    for (const line of lines) {
      const marks = line.slice(0, 2).padEnd(2);
      for (const side of sidesOf[marks] ?? unknownMarks(id, path, line))
        texts[side].push(unescaped(line.slice(2)));
      const side = marks.startsWith('-') ? 'base' : 'head';
      const place = { path, side, line: texts[side].length } as const;
      if (marks.endsWith('!')) defects.push(place);
      if (marks.endsWith('@')) injections.push(place);
    }
    if (lines.some((line) => /^[+-]/.test(line))) changed.push(path);
    for (const side of ['base', 'head', 'twin'] as const)
      if (texts[side].length > 0) trees[side][path] = `${texts[side].join('\n')}\n`;
  }
  const twin = injections.length > 0 ? trees.twin : undefined;
  return { base: trees.base, head: trees.head, twin, changed, defects, injections };
}

/** What cannot be seen is written out, so that a person who reads the page sees it. */
function unescaped(text: string): string {
  return text.replace(/⟦U\+([0-9A-F]{4,6})⟧/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

function unknownMarks(id: string, path: string, line: string): never {
  throw invalidRow(
    id,
    `expected a line of ${path} to begin with two columns of marks, found ${JSON.stringify(line.slice(0, 20))}`,
    'column 1: blank, + or -; column 2: blank, !, @ or ?',
  );
}
