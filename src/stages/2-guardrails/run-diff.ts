import { gatherer } from './run-ports.ts';

export const gatherDiff = gatherer<'diff'>()({
  needs: [],
  cost: 'light',
  gather: async ({ settings, change }) => ({ ...change.classification, limits: settings.scope }),
});
