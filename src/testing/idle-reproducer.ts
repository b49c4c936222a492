import type { Reproducer } from '../ports/reproducer.ts';

/** For tests of other guardrails: whoever asks it has configured a build. */
export const idleReproducer: Reproducer = {
  compare: () => Promise.reject(new Error('asked to build')),
};
