// What the watch does once everybody has a version, by time alone and with a trial at the alarm, in the same streams of requests: how often
// an innocent version is taken back, and how soon a harmful one, from whose harm so many users suffer. Seeds are fixed.
// --runs N: watches of each world (100); --times N: so many times 12 requests a second (1). Prints one JSON object.
import { parseArgs } from 'node:util';
import { median, quantile, rounded } from './support/figures.ts';
import { rules, type Watched, WatchedVersion } from './watch/watched.ts';
import { type WatchWorld, worlds } from './watch/worlds.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100' }, times: { type: 'string', default: '1' } },
});
const [runs, times] = [Number(values.runs), Number(values.times)];
for (const [name, value] of Object.entries({ runs, times }))
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`expected --${name} N, found ${value}`);

const measured = worlds.map((world, at) => {
  const busy = { ...world, traffic: { ...world.traffic, times } };
  const each = rules.map((rule) => {
    const watches = Array.from({ length: runs }, (_, run) =>
      new WatchedVersion(busy, rule, 100_000 * at + run).run(),
    );
    return { rule, ...figuresOf(world, watches) };
  });
  process.stderr.write(`${world.name}\n`);
  return { world: world.name, innocent: world.innocent, rules: each };
});
console.log(JSON.stringify({ runs, requestsASecond: 12 * times, worlds: measured }));

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
