import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** What takes longest, longest first. Started last, any of these would be what all else waits for. */
const longest = [
  'test/faults/faults.test.ts',
  'test/journeys/demo.test.ts',
  'test/journeys/start.test.ts',
  'test/journeys/runtime-command.test.ts',
  'test/faults/canary.test.ts',
  'test/journeys/flag-removal.test.ts',
  'test/journeys/code-flag.test.ts',
  'test/journeys/mcp.test.ts',
  'src/adapters/runtime/command/deployments.test.ts',
  'test/journeys/judge.test.ts',
  'src/stages/2-guardrails/run.test.ts',
  'test/contracts/prometheus.test.ts',
  'test/redteam/guardrails.test.ts',
  'src/adapters/prover/child-prover.test.ts',
  'test/redteam/hostile-projects.test.ts',
  'test/redteam/mcp.test.ts',
  'test/redteam/supply-chain.test.ts',
].map((path) => join(import.meta.dirname, path));
const gone = longest.filter((path) => !existsSync(path));
if (gone.length > 0) throw new Error(`vitest.config.ts names tests that are not there: ${gone.join(', ')}`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => longest.indexOf(moduleId);
    const known = files.filter(({ moduleId }) => longest.includes(moduleId));
    const others = files.filter(({ moduleId }) => !longest.includes(moduleId));
    return [...known.sort((a, b) => place(a) - place(b)), ...(await super.sort(others))];
  }
}

const all = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];
const exclude = [...configDefaults.exclude, ...slow];

/** Vite adds the condition `development`, with which some libraries are other code: there assertions of theirs fail that are stripped where users run them. */
const asUsersRunThem: Plugin = {
  name: 'as-users-run-them',
  configResolved({ ssr }) {
    ssr.resolve = { ...ssr.resolve, conditions: ['node'] };
  },
};

/** Against hanging alone: nothing asserts how long it takes, and a machine may be ten times as slow as another. */
const limitMs = 15 * 60_000;

export default defineConfig({
  plugins: [asUsersRunThem],
  test: {
    pool: 'forks',
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    maxConcurrency: 2,
    testTimeout: limitMs,
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongestFirst },
    hookTimeout: limitMs,
    projects: [
      { extends: true, test: { name: 'apart', include: all, exclude: [...exclude, ...together] } },
      { extends: true, test: { name: 'together', include: together, exclude, isolate: false } },
    ],
  },
});
