import type { Candidate, CandidateQuestion } from '../../domain/crash-fix.ts';
import type { Node } from '../../domain/syntax-tree.ts';
import type { Edit, Way } from './edit.ts';
import { mutations } from './mutations.ts';
import { inTurn } from './rank.ts';
import { spotsAt } from './spot.ts';
import { blockWays, movedWays } from './templates/blocks.ts';
import { missingWays } from './templates/missing.ts';
import { widerWays } from './templates/wider.ts';
import { wrongWays } from './templates/wrong.ts';

/** Of one statement. */
const most = { template: 80, mutation: 60, text: 512 * 1024 };

/** Throws for text that does not parse. */
export type ParseText = (path: string, text: string) => Node;

/** What may mend the statement at a place, best first; []: no statement is there. Nothing of it is tried yet. */
export function candidatesFor(question: CandidateQuestion, parse: ParseText): readonly Candidate[] {
  const { place, text } = question;
  if (text.length > most.text) return [];
  const spots = spotsAt(text, parse(place.file, text), place.line, place.column);
  const seen = new Set([text]);
  return waysFor(question).flatMap((ways) => {
    const { kind } = ways[0] ?? { kind: 'template' };
    const edits = inTurn(ways.map((way) => inTurn(spots.map((spot) => bySize(way.edits(spot), question)))));
    const made = edits.flatMap((edit) => candidateOf(question, kind, edit));
    const fresh = made.filter((one) => !seen.has(one.text) && seen.add(one.text) && parses(one, parse));
    return fresh.slice(0, most[kind]);
  });
}

/** What is missing raises errors of its own; any other error is of a wrong value. */
function waysFor({ errorType, message }: CandidateQuestion): readonly (readonly Way[])[] {
  const isMissing = errorType === 'TypeError' || errorType === 'ReferenceError';
  const isSyntax = errorType === 'SyntaxError' && /JSON/.test(message);
  const missing = [...missingWays, ...blockWays];
  const wrong = [...wrongWays, ...widerWays];
  const both = missing.filter(({ mends }) => mends === 'both');
  return isMissing || isSyntax
    ? [missing, [...wrong, ...movedWays], mutations]
    : [wrong, [...movedWays, ...both], mutations];
}

/** What the engine says was asked for comes first; then the smaller. */
function bySize(edits: readonly Edit[], { text, message }: CandidateQuestion): readonly Edit[] {
  const asked = /\(reading '([^']+)'\)|\.([\w$]+) is not a function/.exec(message);
  const name = asked?.[1] ?? asked?.[2];
  const isAsked = ({ start, end }: Edit) =>
    name !== undefined && text.slice(start, end + name.length + 2).includes(name) ? 0 : 1;
  return edits.toSorted((one, other) => isAsked(one) - isAsked(other));
}

function candidateOf(
  { place, text }: CandidateQuestion,
  kind: Way['kind'],
  { name, start, end, text: put }: Edit,
): readonly Candidate[] {
  const after = text.slice(0, start) + put + text.slice(end);
  const size = sizeOf(text.slice(start, end), put);
  return size === 0 ? [] : [{ kind, name, file: place.file, line: place.line, text: after, size }];
}

/** Characters between the parts at both ends that are the same. */
export function sizeOf(before: string, after: string): number {
  const shorter = Math.min(before.length, after.length);
  let front = 0;
  while (front < shorter && before[front] === after[front]) front += 1;
  let back = 0;
  while (back < shorter - front && before.at(-1 - back) === after.at(-1 - back)) back += 1;
  return before.length + after.length - 2 * (front + back);
}

function parses({ file, text }: Candidate, parse: ParseText): boolean {
  try {
    parse(file, text);
    return true;
  } catch {
    return false;
  }
}
