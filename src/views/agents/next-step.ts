import type { Conclusion } from '../../domain/decision.ts';

/** What is left for the author of a change to do. */
export const nextSteps = ['wait', 'nothing', 'new-commit', 'ask-a-person', 'do-not-repeat'] as const;
export type NextStep = { readonly do: (typeof nextSteps)[number]; readonly why: string };

export type Ended = {
  /** undefined: it is under way. */
  readonly conclusion: Conclusion | undefined;
  readonly isMerged: boolean;
  /** null: it had none yet. */
  readonly class: string | null;
};

/** Nothing that is not known is an invitation to try again. */
export function nextStep({ conclusion, isMerged, class: of }: Ended): NextStep {
  if (conclusion === undefined)
    return { do: 'wait', why: 'It is under way: nothing that an author does makes it faster.' };
  const { outcome, code } = conclusion;
  switch (outcome) {
    case 'landed':
      return { do: 'nothing', why: 'It has landed.' };
    case 'superseded':
      return { do: 'nothing', why: 'A newer one of the same source took its place.' };
    case 'refused':
      return ofRefused(code, of);
    case 'held':
      return isMerged
        ? heldAfterMerge
        : (ofHeld.find(([pattern]) => pattern.test(code))?.[1] ?? aPersonDecides);
    case 'rolled-back':
      return {
        do: 'do-not-repeat',
        why: 'It failed in production, or a person took it back. The same again fails again: a person looks at it first.',
      };
    default:
      return aPersonDecides;
  }
}

function ofRefused(code: string, of: string | null): NextStep {
  if (code === 'classify.empty') return { do: 'nothing', why: 'The branch holds all of it already.' };
  const why =
    'Mend what reasons and notPassed name, push a new commit and submit that: the same commit is not taken up again.';
  const even = of === 'other' ? ' Class other goes to a person even then.' : '';
  return { do: 'new-commit', why: `${why}${even}` };
}

const aPersonDecides: NextStep = {
  do: 'ask-a-person',
  why: 'A person decides: autoland does not take it up again. Tell whoever is responsible, with the reasons.',
};

const heldAfterMerge: NextStep = {
  do: 'ask-a-person',
  why: 'It is merged and not in production, and holds all that follow until a person decides.',
};

const anew: NextStep = {
  do: 'new-commit',
  why: 'It is not to blame: rebase it on the branch as it is now, and submit the new commit.',
};

const ofHeld: readonly (readonly [RegExp, NextStep])[] = [
  [/^(?:classify\.conflict|merge\.raced|policy\.frozen)$/, anew],
  [
    /^policy\.flag-too-young$/,
    { do: 'new-commit', why: 'Submit a new commit of it once its flag has settled: the reason says when.' },
  ],
  [/^change\.cancel$/, { do: 'do-not-repeat', why: 'A person cancelled it.' }],
];
