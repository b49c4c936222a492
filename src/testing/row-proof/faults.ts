import type { Row } from '../../judge-eval/row.ts';
import type { Tree } from '../../judge-eval/trees.ts';

/** A head with one small fault more. */
export type Fault = { readonly what: string; readonly head: Tree };

type Swap = readonly [RegExp, (found: string) => string];

const swaps: readonly Swap[] = [
  [/(?<![<>=!-])<=(?!=)/g, () => '<'],
  [/(?<![<>=!-])>=(?!=)/g, () => '>'],
  [/(?<![<=>-])<(?![<=/A-Za-z!])/g, () => '<='],
  [/(?<![<=>-])>(?![>=])(?=\s)/g, () => '>='],
  [/===/g, () => '!=='],
  [/!==/g, () => '==='],
  [/&&/g, () => '||'],
  [/\|\|(?!=)/g, () => '&&'],
  [/\?\?(?!=)/g, () => '&&'],
  [/(?<=[\w)\]] )\+(?= [\w('"`])/g, () => '-'],
  [/(?<=[\w)\]] )-(?= [\w('"`])/g, () => '+'],
  [/(?<=[\w)\]] )\*(?= [\w('"`])/g, () => '/'],
  [/(?<![\w.$'"`])\d+(?![\w.'"`])/g, (found) => String(Number(found) + 1)],
  [/\btrue\b/g, () => 'false'],
  [/\bfalse\b/g, () => 'true'],
];

/** In the lines that a change adds: each place once, so that what a check does not look at shows. */
export function faultsIn(row: Row): readonly Fault[] {
  const code = row.changed.filter((path) => /\.[cm]?[jt]s$/.test(path) && path in row.head);
  return code.flatMap((path) => {
    const before = new Set((row.base[path] ?? '').split('\n'));
    const lines = (row.head[path] ?? '').split('\n');
    return lines.flatMap((line, at) => {
      if (before.has(line) || /^\s*(\/\/|\*|\/\*)/.test(line)) return [];
      return swapped(line).map((mutant) => ({
        what: `${path}:${at + 1} ${mutant.trim()}`,
        head: { ...row.head, [path]: lines.with(at, mutant).join('\n') },
      }));
    });
  });
}

function swapped(line: string): readonly string[] {
  return swaps.flatMap(([pattern, by]) =>
    [...line.matchAll(pattern)].map(
      ({ index, 0: found }) => line.slice(0, index) + by(found) + line.slice(index + found.length),
    ),
  );
}
