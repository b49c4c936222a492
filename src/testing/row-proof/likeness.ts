import type { Row } from '../../judge-eval/row.ts';

/** Words that a language gives; all others are names that somebody chose. */
const keywords = new Set(
  'as async await break case catch class const continue default delete do else export extends false finally for from function get if import in instanceof let new null of return set static switch this throw true try type typeof undefined var void while yield'.split(
    ' ',
  ),
);
const width = 12;

export type Likeness = { readonly a: string; readonly b: string; readonly share: number };

/**
 * Which rows are of one build: in code, names, texts and numbers count alike, so that a row made from another one by new names is
 * its equal. In data they count as they are, since one manifest is built like every other. The share is of the smaller row's runs of
 * twelve signs, so that it is not hidden by what was put around it.
 */
export function alike(rows: readonly Row[], least: number): readonly Likeness[] {
  const shapes = rows.map((row) => ({ id: row.id, runs: runsOf(row) }));
  const found: Likeness[] = [];
  for (const [at, one] of shapes.entries())
    for (const other of shapes.slice(at + 1)) {
      const share = sharedOf(one.runs, other.runs);
      if (share >= least) found.push({ a: one.id, b: other.id, share });
    }
  return found.toSorted((a, b) => b.share - a.share);
}

function runsOf({ base, head }: Row): ReadonlySet<string> {
  const runs = new Set<string>();
  for (const tree of [base, head])
    for (const [path, text] of Object.entries(tree)) {
      const signs = signsOf(text, /\.[cm]?[jt]s$/.test(path));
      for (let at = 0; at + width <= signs.length; at += 1) runs.add(signs.slice(at, at + width).join(' '));
    }
  return runs;
}

const sign =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|=>|[^\s\w]/gu;

function signsOf(text: string, isCode: boolean): readonly string[] {
  const signs = text.match(sign) ?? [];
  if (!isCode) return signs;
  return signs.map((one) => {
    if (/^['"`]/.test(one)) return 'S';
    if (/^\d/.test(one)) return 'N';
    return /^[\p{L}_$]/u.test(one) && !keywords.has(one) ? 'I' : one;
  });
}

function sharedOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [smaller, larger] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const run of smaller) if (larger.has(run)) shared += 1;
  return smaller.size === 0 ? 0 : shared / smaller.size;
}
