import { configDefaults, defineConfig } from 'vitest/config';

const slow = process.env.AUTOLAND_SLOW === '1' ? [] : ['**/*.slow.test.ts'];

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...slow],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
