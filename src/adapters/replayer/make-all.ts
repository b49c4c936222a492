import type { Behaviour } from '../../domain/behaviour.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { Replay } from '../../domain/replay.ts';
import type { ReplayRun } from './replay-run.ts';

type Trees = { readonly base: string; readonly head: string };
type Made =
  | { readonly kind: 'made'; readonly seen: Behaviour; readonly missing: readonly number[] }
  | { readonly kind: 'limit' | 'ended' };

const client =
  'const { replay } = await import(process.env.AUTOLAND_REPLAY_MODULE); await replay((name) => import(name));';

/** All calls, one after another in one process: none of them is left out. */
export async function makeAll(trees: Trees, run: ReplayRun, calls: readonly RecordedCall[]): Promise<Replay> {
  const make = (tree: string, seed: number) => makeIn(tree, run, { calls, seed });
  const first = await make(trees.base, 1);
  if (first.kind !== 'made') return { kind: first.kind, side: 'base' };
  // What is random differs with the seed, as what is a time does by itself.
  const second = await make(trees.base, 2);
  if (second.kind !== 'made') return { kind: second.kind, side: 'base' };
  const head = await make(trees.head, 1);
  if (head.kind !== 'made') return { kind: head.kind, side: 'head' };
  const missing = { base: first.missing, head: head.missing };
  return { kind: 'replayed', base: [first.seen, second.seen], head: head.seen, missing };
}

async function makeIn(
  tree: string,
  run: ReplayRun,
  { calls, seed }: { calls: readonly RecordedCall[]; seed: number },
): Promise<Made> {
  const ran = await run.run(tree, {
    calls,
    seed,
    client,
    env: ({ option, replayer }) => ({ NODE_OPTIONS: option, AUTOLAND_REPLAY_MODULE: replayer }),
  });
  if (ran.kind !== 'ran') return ran;
  const { done, missing } = ran.summary;
  if (done !== calls.length || !Array.isArray(missing)) return { kind: 'ended' };
  const isNumber = (at: unknown): at is number =>
    Number.isInteger(at) && Number(at) >= 0 && Number(at) < done;
  return { kind: 'made', seen: await ran.read(), missing: missing.filter(isNumber) };
}
