// What the guardrails catch of releases that changed behaviour with green tests, and what they stop of benign ones.
// Packages come from the registry that npm is set up with. Prints one JSON object.
//   --only TEXT     cases whose name holds it; --half tuning|held-out: one half
//   --recorded      with calls of production: those of a service on the old version that is asked what the probe asks
//   --verify        instead: whether the data is true, by the clients' tests and probes
//   --reveal        names cases of the held-out half too, which nobody reads who tunes a guardrail
//   --into FILE     appends each result to a file, and runs no case again that stands there; one file for each way to run
//   --minutes N     no case is begun after (15); --jobs N: at once (2); --seconds N: for each check (120)
import { parseArgs } from 'node:util';
import { benignCases } from './incidents/benign-cases.ts';
import { type Case, halfOf, idOf, inOrderOfHash } from './incidents/case.ts';
import { incidentCases } from './incidents/incident-cases.ts';
import { KeptResults } from './incidents/kept-results.ts';
import { outcomeOf, type Replayed, replay } from './incidents/replay.ts';
import { scoresOf } from './incidents/score.ts';
import { verify } from './incidents/verify.ts';
import { quantile, rounded } from './support/figures.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    half: { type: 'string' },
    recorded: { type: 'boolean', default: false },
    verify: { type: 'boolean', default: false },
    reveal: { type: 'boolean', default: false },
    into: { type: 'string' },
    minutes: { type: 'string', default: '15' },
    jobs: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '120' },
  },
});

const started = performance.now();
const cases = mixed(incidentCases, benignCases).filter(
  (each) => idOf(each).includes(values.only) && (values.half === undefined || halfOf(each) === values.half),
);
if (cases.length === 0) throw new Error(`no case for --only ${values.only} --half ${values.half ?? 'any'}`);

const { done, left } = values.verify ? await inTurns(verify) : { done: [], left: [] };
const report = values.verify
  ? {
      cases: done.length,
      untrue: done.filter(({ ok }) => !ok).length,
      notRun: left,
      minutes: minutesSince(),
      each: done,
    }
  : await replayAll();
console.log(JSON.stringify(report));

async function replayAll(): Promise<object> {
  const how = { seconds: Number(values.seconds), recorded: values.recorded };
  const kept = new KeptResults(values.into);
  const { done: replayed, left: notRun } = await inTurns((each) =>
    kept.of(idOf(each), () => replay(each, how)),
  );
  const shown = replayed.filter(({ half }) => values.reveal || half === 'tuning');
  const times = replayed.flatMap(({ ms }) => ms ?? []);
  return {
    recorded: values.recorded,
    cases: replayed.length,
    notRun: notRun.length,
    minutes: minutesSince(),
    guardrails: scoresOf(replayed.map((each) => outcomeOf(each, 'verdict'))),
    testsAlone: scoresOf(replayed.map((each) => outcomeOf(each, 'tests'))),
    secondsOfACheck: {
      median: rounded(quantile(times, 0.5) / 1000),
      p90: rounded(quantile(times, 0.9) / 1000),
    },
    by: talliesOf(shown),
    missed: shown.filter(({ kind, verdict }) => kind === 'incident' && verdict === 'pass').map(nameOf),
    alarms: shown.filter(({ kind, verdict }) => kind === 'benign' && verdict !== 'pass').map(nameOf),
    each: shown,
  };
}

/** How often each guardrail stopped a case, and with which code. */
function talliesOf(replayed: readonly Replayed[]): Record<string, { incidents: number; benign: number }> {
  const tallies: Record<string, { incidents: number; benign: number }> = {};
  for (const { kind, by } of replayed) {
    for (const code of by) {
      const { incidents, benign } = tallies[code] ?? { incidents: 0, benign: 0 };
      tallies[code] =
        kind === 'incident' ? { incidents: incidents + 1, benign } : { incidents, benign: benign + 1 };
    }
  }
  return tallies;
}

function nameOf({ case: name, by }: Replayed): string {
  return [name, ...by].join(', ');
}

/** Some at once; what is not begun in time is left. */
async function inTurns<T>(act: (each: Case) => Promise<T>): Promise<{ done: T[]; left: string[] }> {
  const queue = [...cases];
  const done: T[] = [];
  const late = () => performance.now() - started > Number(values.minutes) * 60_000;
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (late()) {
        queue.unshift(next);
        return;
      }
      done.push(await act(next));
      process.stderr.write(`${done.length}/${cases.length} ${idOf(next)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return { done, left: queue.map(idOf) };
}

/** In turns and in the order of a hash, so that a run that ends early has looked at a fair share of both kinds. */
function mixed(incidents: readonly Case[], benign: readonly Case[]): readonly Case[] {
  const [first, second] = [inOrderOfHash(incidents), inOrderOfHash(benign)];
  const longer = Math.max(first.length, second.length);
  return Array.from({ length: longer }, (_, index) => [first[index], second[index]])
    .flat()
    .filter((each) => each !== undefined);
}

function minutesSince(): number {
  return rounded((performance.now() - started) / 60_000, 1);
}
