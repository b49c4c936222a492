// What the watch does once everybody has a version, by time alone and with a trial at the alarm, in the same streams of requests: how often
// an innocent version is taken back, and how soon a harmful one, from whose harm so many users suffer. Seeds are fixed.
// --runs N: watches of each world (100). Prints one JSON object.
import { parseArgs } from 'node:util';
import { median, quantile, rounded } from './support/figures.ts';
import { rules, type Watched, WatchedVersion } from './watch/watched.ts';
import { type WatchWorld, worlds } from './watch/worlds.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100' } } });
const runs = Number(values.runs);
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`expected --runs N, found ${values.runs}`);

const measured = worlds.map((world, at) => {
  const watches = Array.from({ length: runs }, (_, run) => underEachRule(world, 100_000 * at + run));
  process.stderr.write(`${world.name}\n`);
  const { name, innocent, traffic } = world;
  const requestsASecond = 12 * (traffic.times ?? 1);
  const each = rules.map((rule, of) => ({
    rule,
    ...figuresOf(
      world,
      watches.flatMap((one) => one[of] ?? []),
    ),
  }));
  return { world: name, innocent, requestsASecond, rules: each };
});
console.log(JSON.stringify({ runs, worlds: measured }));

/** Until the first alarm the rules are one. */
function underEachRule(world: WatchWorld, seed: number): readonly Watched[] {
  const first = new WatchedVersion(world, 'by time', seed).run();
  return rules.map((rule) =>
    first.ended === null || rule === 'by time' ? first : new WatchedVersion(world, rule, seed).run(),
  );
}

function figuresOf({ innocent }: WatchWorld, watches: readonly Watched[]) {
  const share = (holds: (one: Watched) => boolean) => rounded(watches.filter(holds).length / runs, 3);
  const back = watches.filter(({ ended }) => ended !== null);
  const seconds = back.map((one) => one.seconds);
  const harmed = watches.map((one) => one.harmed);
  return {
    takenBack: share(({ ended }) => ended !== null),
    byComparison: share(({ ended }) => ended === 'rollback'),
    withTrial: share(({ trials }) => trials > 0),
    ...(innocent
      ? {}
      : {
          secondsFromHarm:
            back.length === 0
              ? null
              : { median: rounded(median(seconds), 0), p95: rounded(quantile(seconds, 0.95), 0) },
          usersHarmed: {
            mean: rounded(harmed.reduce((sum, one) => sum + one, 0) / runs, 0),
            median: median(harmed),
          },
        }),
  };
}
