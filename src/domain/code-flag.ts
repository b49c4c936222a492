import type { GuardrailResult } from './verdict.ts';

/** What became of a flag in the code: journalled once everybody has it, or nobody will. */
export const codeFlagNote = 'rollout.code-flag';

/** As a header field and a file of flags can carry it. */
export const codeFlagName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Known only of a change that the guardrail flag-off has proved to be the old program with these flags off. */
export function codeFlagsAdded(
  results: readonly Pick<GuardrailResult, 'name' | 'code' | 'evidence'>[],
): readonly string[] {
  const found = results.find(({ name }) => name === 'flag-off');
  return found?.code === 'flag-off.equivalent' ? textsOf(found.evidence.added) : [];
}

/** Known only where the guardrail has proved what the program is without them. */
export function codeFlagsRemoved(
  results: readonly Pick<GuardrailResult, 'name' | 'code' | 'evidence'>[],
): readonly string[] {
  const found = results.find(({ name }) => name === 'flag-off');
  return found?.code.startsWith('flag-off.removed-') === true ? textsOf(found.evidence.removed) : [];
}

/** Why no rollout can be made of these flags; undefined: one can, or there are none. */
export function unfitCodeFlags(names: readonly string[]): string | undefined {
  if (names.length > 1) return `it adds ${names.length} flags or more, and a change is rolled out under one`;
  const unfit = names.find((name) => !codeFlagName.test(name));
  if (unfit === undefined) return undefined;
  return `a service cannot be told of the flag ${JSON.stringify(unfit)}: expected 1 to 100 of A-Z a-z 0-9 . _ -, a letter or digit first`;
}

/** `flag`: the key that it was rolled out under. */
export type CodeFlagFate = {
  readonly key: string;
  readonly flag: string;
  readonly state: 'promoted' | 'rolled-back' | 'held';
  /** RFC 3339. */
  readonly at: string;
};

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
