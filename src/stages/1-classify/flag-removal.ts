import type { FileChange } from '../../domain/change.ts';
import { printable } from '../../domain/printable.ts';
import { mayHoldFlags, mayHoldTests } from '../../flag-off/code-files.ts';
import type { FlagFacts } from './flag-facts.ts';
import type { Ruling } from './ruling.ts';

/** Every evaluation of some flags goes, and the program is the old one with those flags on, or off. */
export function ruleFlagRemoval(files: readonly FileChange[], facts: FlagFacts): Ruling {
  const reason = refusal(files, facts);
  if (reason !== undefined) return { class: 'other', reasons: [`It is no removal of a flag: ${reason}.`] };
  const { removed = [], restores = 'neither' } = facts.answer ?? {};
  const keys = printable(removed.join(', ')).slice(0, 300);
  return { class: 'flag-removal', reasons: [`The program is the old one with ${keys} ${restores}.`] };
}

function refusal(files: readonly FileChange[], facts: FlagFacts): string | undefined {
  const { answer, unread, named } = facts;
  for (const { path, kind, status } of files) {
    const isTest = mayHoldTests(path);
    if (!isTest && !mayHoldFlags(path)) return `${path} is no code that runs in production, and no test`;
    // A file of tests goes with the last of them.
    const isEdited = status === 'modified' || (isTest && status === 'deleted');
    if (kind !== 'file' || !isEdited) return `${path} is ${status} as ${kind}`;
  }
  if (unread[0] !== undefined) return `${unread[0]} is too large, or one of too many`;
  if (answer === undefined) return 'its files could not be read';
  const doubt = answer.doubts[0] ?? answer.onByDefault[0];
  if (doubt !== undefined) return `${doubt.path}:${doubt.line}: ${printable(doubt.why)}`;
  if (answer.wants[0] !== undefined) return `${answer.wants[0]} could not be read`;
  if (answer.added.length > 0) return 'it adds a flag';
  if (named !== undefined) return `${named.path} still names ${printable(named.key).slice(0, 100)}`;
  if (answer.restores === 'on' || answer.restores === 'off') return testRefusal(files, facts);
  const place = answer.on && ` (${answer.on.path}:${answer.on.newLine ?? answer.on.oldLine ?? 1})`;
  return `the program is the old one with the flag at neither value${place ?? ''}`;
}

/** Tests of a flag that is off for good may be all that knows why: a person takes them out. */
function testRefusal(files: readonly FileChange[], { answer, tests }: FlagFacts): string | undefined {
  const changed = files.find(({ path }) => mayHoldTests(path));
  if (changed === undefined) return undefined;
  if (answer?.restores !== 'on') return `${changed.path} is a test, and the flag goes to off`;
  if (tests === undefined) return `${changed.path} and other tests that change could not be read`;
  return tests.kind === 'whole' ? undefined : `${tests.path}:${tests.line}: ${printable(tests.why)}`;
}
