import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { FrontDoorStage } from '../src/testing/front-door-stage.ts';
import { NEW, OLD } from '../src/testing/router-stage.ts';

/*
 * How long a kill takes to reach the door of the example, beside a bare call of its `ramp` in the same run: from the tombstone on disk to
 * the split that the door has. And how many lines of a witness are counted in a second. Prints one JSON object; times in milliseconds.
 * Usage: node bench/front-door.ts [kills] [lines]
 */

const [kills = 30, lines = 100_000] = process.argv.slice(2).map(Number);
const stage = new FrontDoorStage();
try {
  await stage.rollout(1);
  const [closings, bare]: [number[], number[]] = [[], []];
  for (let n = 0; n < kills; n += 1) {
    closings.push(await closing(`k${n}`));
    bare.push(await timed(async () => stage.tell({})));
  }
  const closed = {
    killToDoor: spread(closings),
    bareRamp: spread(bare),
    ratio: spread(closings).p50 / spread(bare).p50,
  };
  process.stdout.write(`${JSON.stringify({ kills, ...closed, witness: await counting() }, undefined, 2)}\n`);
} finally {
  await stage.close();
}

async function closing(nonce: string): Promise<number> {
  const terms = { flag: `shop.${nonce}`, nonce };
  stage.route(OLD, NEW, terms);
  await stage.flags.write(terms.flag, 1, 0);
  await stage.lease(terms, 60_000);
  return timed(async () => {
    const watching = watch(dirname(stage.log));
    await stage.flags.kill(terms.flag, 'bench');
    while (weight() !== 0) await once(watching, 'change');
    watching.close();
  });
}

function weight(): number {
  return (JSON.parse(readFileSync(join(dirname(stage.log), 'split.json'), 'utf8')) as { weight: number })
    .weight;
}

/** Users of a rollout, written into the door's log at once. */
async function counting(): Promise<{ lines: number; perSecond: number }> {
  const terms = { flag: 'shop.last', nonce: 'last' };
  stage.route(OLD, NEW, terms);
  await stage.flags.write(terms.flag, 1, 0);
  await stage.lease(terms, 60_000);
  const before = (await stage.status()).lines;
  const t = Date.now() / 1000;
  const text = Array.from({ length: lines }, (_, n) =>
    JSON.stringify({
      t: t + n / lines,
      arm: 'canary',
      user: `user-${n % 20_000}`,
      nonce: 'last',
      share: 1,
      status: 200,
      ms: 12,
    }),
  );
  const took = await timed(async () => {
    execFileSync('tee', ['-a', stage.log], {
      input: `${text.join('\n')}\n`,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    while ((await stage.status()).lines < before + lines)
      await new Promise((resolve) => setTimeout(resolve, 10));
  });
  return { lines, perSecond: Math.round(lines / (took / 1000)) };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

function spread(times: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) =>
    Math.round(10 * (sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN)) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
