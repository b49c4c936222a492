import type { Judge } from '../../ports/judge.ts';

/** No judge is set up: it says so, and a policy must waive it by name. */
export const noJudge: Judge = {
  review: () => Promise.resolve({ verdict: 'not-configured' }),
};
