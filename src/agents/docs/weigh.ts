import { printable } from '../../domain/printable.ts';
import { newMarks } from '../../stages/2-guardrails/documentation/lines.ts';
import type { Skipped } from '../portions.ts';
import { type Finding, isMend, type KeyedMend, keyed, lineAt, type Mend, mended } from './finding.ts';

type Texts = ReadonlyMap<string, string>;
/** Documents that code names, with the file that does. */
type DocumentReaders = ReadonlyMap<string, string>;

/** Of one document and one code. */
const mostTold = 5;

/** Mends that may be proposed, in order, and what is left to a person. */
export function sorted(findings: readonly Finding[], texts: Texts, readers: DocumentReaders) {
  const mends: KeyedMend[] = [];
  const told: Left[] = [];
  for (const finding of findings) {
    const text = texts.get(finding.path) ?? '';
    const why = isMend(finding) ? doubt(finding, text, readers) : finding.why;
    if (!isMend(finding) || why !== undefined)
      told.push({ path: finding.path, skipped: toldOf(finding, why ?? '') });
    else if (!mends.some((each) => meet(each, finding))) mends.push(keyed(finding, lineAt(text, finding.at)));
  }
  return { mends, told: fewOfEach(told) };
}

type Left = { readonly path: string; readonly skipped: Skipped };

/** A document that is wrong in a hundred places of one kind is told of as one. */
function fewOfEach(told: readonly Left[]): readonly Skipped[] {
  const groups = Map.groupBy(told, ({ path, skipped }) => `${skipped.code} ${path}`);
  return [...groups.values()].flatMap((group) => {
    const few = group.slice(0, mostTold).map(({ skipped }) => skipped);
    const next = group[mostTold];
    if (next === undefined) return few;
    const reason = `There are ${group.length - mostTold} more of the kind in it.`;
    return [...few, { name: printable(next.path), code: next.skipped.code, reason }];
  });
}

/** Two readings of one place: the first counts. */
function meet(one: Mend, other: Mend): boolean {
  if (one.path !== other.path) return false;
  return one.at < other.at + other.before.length && other.at < one.at + one.before.length;
}

/** Why a person must look at a mend; undefined: nothing speaks against it. */
function doubt(mend: Mend, text: string, readers: DocumentReaders): string | undefined {
  const reader = readers.get(mend.path);
  if (reader !== undefined)
    return `${mend.after} would be right, but ${reader} names the document and may read it`;
  const after = mended(text, [mend]);
  if (after === undefined) return 'where it is written is not clear';
  const mark = newMarks(text, after)[0];
  return mark && `${mend.after} would be right, but its line has ${mark.kind}: a person reads it first`;
}

function toldOf({ path, line, code, what }: Finding, why: string): Skipped {
  return { name: printable(`${path}:${line}`), code: `docs.${code}`, reason: shown(`${what}: ${why}.`) };
}

function shown(text: string): string {
  return printable(text.replaceAll(/\p{Cf}/gu, '')).slice(0, 400);
}

/** So near that git could not merge the one once the other has landed. */
export function areNear(one: Mend, other: Mend): boolean {
  return one.path === other.path && Math.abs(one.line - other.line) <= 2;
}
