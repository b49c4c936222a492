import type { FlagAnswer, FlagDoubt } from '../../../domain/flag-off.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { printable, printableAll } from '../../../domain/printable.ts';
import { type Finding, failing, guardrail, type Problem } from '../facts.ts';
import type { FlagFacts } from './facts.ts';

/** With the flags that a change adds switched off, the program is the old one. */
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
  const failure = failing(onByDefault) ?? (answer.off && difference(answer, answer.off));
  if (failure !== undefined) return failure;
  if (doubts.length > 0) return doubtful(doubts);
  return {
    verdict: 'pass',
    code: 'flag-off.equivalent',
    reason: `With ${list(answer.added)} off, the program is the old one.`,
    evidence: evidenceOf(answer),
  };
}

function difference(answer: FlagAnswer, found: NonNullable<FlagAnswer['off']>): Finding {
  const place = `${found.path}:${found.newLine ?? found.oldLine ?? 1}`;
  return {
    verdict: 'fail',
    code: 'flag-off.differs',
    reason: printable(
      `${place} is not as it was with ${list(answer.added)} off: ${found.new || 'something is gone'}`,
    ).slice(0, 500),
    evidence: {
      ...evidenceOf(answer),
      difference: printableAll([
        { version: 'old', line: found.oldLine ?? null, text: found.old },
        { version: 'new', line: found.newLine ?? null, text: found.new },
      ]),
    },
  };
}

function ofRemoved(answer: FlagAnswer): Finding {
  const evidence = evidenceOf(answer);
  const verdict = 'pass' as const;
  if (answer.restores === undefined)
    return { verdict, code: 'flag-off.none', reason: 'No flag is added.', evidence };
  if (answer.restores === 'neither')
    return doubtful([
      problem(
        'removal-differs',
        `The program is not the old one with ${list(answer.removed)} at either value.`,
      ),
    ]);
  const reason = `The program is the old one with ${list(answer.removed)} ${answer.restores}.`;
  return { verdict, code: `flag-off.removed-${answer.restores}`, reason, evidence };
}

function evidenceOf({ added, removed }: FlagAnswer): JsonObject {
  const shown = (keys: readonly string[]) => keys.slice(0, 10).map((key) => printable(key).slice(0, 100));
  return { added: shown(added), removed: shown(removed) };
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
