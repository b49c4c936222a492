import type { Difference, FlagAnswer, FlagDoubt } from '../../../domain/flag-off.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { printable, printableAll } from '../../../domain/printable.ts';
import { type Finding, failing, guardrail, type Problem } from '../facts.ts';
import type { FlagFacts } from './facts.ts';

/** With the flags that a change adds switched off, the program is the old one; and so it is with those that it removes at one value. */
export const flagOff = guardrail('flag-off', ['flags'], ({ flags }) => {
  const { answer } = flags;
  if (answer === undefined)
    return doubtful([problem('not-read', 'The files of the change could not be read for flags.')]);
  const doubts = doubtsOf(answer, flags);
  if (answer.added.length > 0) return ofAdded(answer, doubts);
  return doubts.length > 0 ? doubtful(doubts) : ofRemoved(answer);
});

/** Where nothing is claimed, nothing beside it matters. */
function doubtsOf(answer: FlagAnswer, { beside, unread }: FlagFacts): readonly Problem[] {
  const claims = answer.added.length > 0 || (answer.restores !== undefined && answer.restores !== 'neither');
  const about = claims ? beside : [];
  return [
    ...answer.doubts.map((each) => problem('unclear', described(each))),
    ...answer.wants.map((path) => problem('unclear', `${path} is newly loaded, and could not be read.`)),
    ...about.map((path) => problem('other-file', `${path} changes too, and no flag switches that off.`)),
    ...unread.map((path) =>
      problem('not-read', `${path} is too large, or one of too many, to be read for flags.`),
    ),
  ];
}

function ofAdded(answer: FlagAnswer, doubts: readonly Problem[]): Finding {
  const onByDefault = answer.onByDefault.map((each) =>
    problem('on-by-default', `${described(each)}: a provider that fails would switch it on.`),
  );
  const evidence = evidenceOf(answer);
  const differs = answer.off && {
    ...parting('differs', answer.off, `is not as it was with ${list(answer.added)} off`),
    evidence: { ...evidence, difference: sidesOf(answer.off) },
  };
  const failure = failing(onByDefault) ?? differs;
  if (failure !== undefined) return failure;
  if (doubts.length > 0) return doubtful(doubts);
  return {
    verdict: 'pass',
    code: 'flag-off.equivalent',
    reason: `With ${list(answer.added)} off, the program is the old one.`,
    evidence,
  };
}

function ofRemoved(answer: FlagAnswer): Finding {
  const { removed, restores, on } = answer;
  const evidence = evidenceOf(answer);
  const verdict = 'pass' as const;
  if (restores === undefined)
    return { verdict, code: 'flag-off.none', reason: 'No flag is added.', evidence };
  if (restores === 'neither') {
    const what = `is not the old program with ${list(removed)} on, nor with it off`;
    if (on === undefined) return doubtful([problem('removal-differs', `The program ${what}.`)]);
    return {
      ...parting('removal-differs', on, what),
      evidence: { ...evidence, difference: sidesOf(on) },
    };
  }
  // The gate asks the journal about each key, so that each must stand in the evidence as it is.
  if (removed.length > mostKeys || removed.some((key) => shownKey(key) !== key))
    return doubtful([problem('unclear', `${list(removed)}: too many flags at once, or names too odd.`)]);
  const reason = `The program is the old one with ${list(removed)} ${restores}.`;
  return {
    verdict,
    code: `flag-off.removed-${restores}`,
    reason,
    evidence: { ...evidence, removedTo: restores },
  };
}

/** The first place that should not differ. */
function parting(word: string, found: Difference, what: string): Omit<Finding, 'evidence'> {
  const place = `${found.path}:${found.newLine ?? found.oldLine ?? 1}`;
  return {
    verdict: 'fail',
    code: `flag-off.${word}`,
    reason: printable(`${place} ${what}: ${found.new || 'something is gone'}`).slice(0, 500),
  };
}

function sidesOf({ oldLine, newLine, old, new: now }: Difference): JsonObject[] {
  return printableAll([
    { version: 'old', line: oldLine ?? null, text: old },
    { version: 'new', line: newLine ?? null, text: now },
  ]);
}

const mostKeys = 10;

function evidenceOf({ added, removed }: FlagAnswer): JsonObject {
  const shown = (keys: readonly string[]) => keys.slice(0, mostKeys).map(shownKey);
  return { added: shown(added), removed: shown(removed) };
}

function shownKey(key: string): string {
  return printable(key).slice(0, 100);
}

function doubtful(problems: readonly Problem[]): Finding {
  const finding = failing(problems);
  if (finding === undefined) throw new Error('a doubt without a problem');
  return { ...finding, verdict: 'abstain' };
}

function problem(word: string, detail: string): Problem {
  return { code: `flag-off.${word}`, detail: printable(detail).slice(0, 400) };
}

function described({ path, line, why }: FlagDoubt): string {
  return `${path}:${line}: ${why}`;
}

function list(keys: readonly string[]): string {
  const shown = keys.slice(0, 3).map((key) => key.slice(0, 60));
  return `${printable(shown.join(', '))}${keys.length > shown.length ? ` and ${keys.length - shown.length} more` : ''}`;
}
