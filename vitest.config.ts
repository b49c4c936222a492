import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

const slow = process.env.AUTOLAND_SLOW === '1' ? [] : ['**/*.slow.test.ts'];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slow],
    pool: 'forks',
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    maxConcurrency: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
