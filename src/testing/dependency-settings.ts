import type { DependencyAgentSettings } from '../agents/dependency/run.ts';
import type { Advisories } from '../ports/advisories.ts';

/** For settings that look for nothing vulnerable. */
export const unaskedAdvisories: Advisories = {
  known: () => Promise.reject(new Error('nothing vulnerable is looked for')),
};

/** Nothing is under way, ignored or remembered. */
export const sampleSettings: DependencyAgentSettings = {
  target: 'main',
  updates: ['patch', 'minor'],
  ignore: [],
  minimumAgeDays: 7,
  asOf: new Date('2026-01-01T00:00:00Z'),
  remembered: [],
  maxOpen: 5,
  pace: { maxPerDay: null, proposedAt: [], now: new Date('2026-01-01T00:00:00Z') },
  open: [],
  held: [],
  groups: {},
  turnedAway: [],
  overrides: { write: false, own: [] },
  security: null,
};
