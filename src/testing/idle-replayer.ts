import type { Replayer } from '../ports/replayer.ts';

/** For tests of other guardrails: nothing is recorded. */
export const idleReplayer: Replayer = {
  replay: () => Promise.reject(new Error('asked to replay')),
  replayEach: () => Promise.reject(new Error('asked to replay')),
};
