import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const slow = process.env.AUTOLAND_SLOW === '1' ? [] : ['**/*.slow.test.ts'];

/**
 * One process for many files, since one for each would cost more than most of these do. None may set what others read: the
 * environment, the working directory, a global, a signal's listener.
 */
const together = [
  'src/{audit,cli,config,domain,engine,flag-off,judge-eval,middleware,proof,stats,views}/**/*.test.ts',
  'src/stages/{3-judge,4-policy,5-merge,6-release,7-rollout,8-conclude}/**/*.test.ts',
  'src/stages/2-guardrails/*/**/*.test.ts',
];
const all = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];
const exclude = [...configDefaults.exclude, ...slow];

export default defineConfig({
  test: {
    pool: 'forks',
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    maxConcurrency: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'apart', include: all, exclude: [...exclude, ...together] } },
      { extends: true, test: { name: 'together', include: together, exclude, isolate: false } },
    ],
  },
});
