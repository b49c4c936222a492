import type { Observation } from '../../domain/behaviour.ts';
import type { TestRun } from '../../domain/test-comparison.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { planBoundary } from './mutation/boundary/plan.ts';
import type { MutationFacts } from './mutation/plan.ts';
import type { Gathering } from './run-ports.ts';
import { toObserve } from './run-tests.ts';

/** Faults in what packages answer, on the base alone: what the change brings does not run. */
export async function gatherBoundary(
  { deps, settings, change: { classification } }: Omit<Gathering, 'found'>,
  commands: TestCommands,
  { base: ran, observed }: { readonly base: TestRun; readonly observed: Observation },
): Promise<MutationFacts> {
  if (observed.kind !== 'observed') return { kind: 'unwatched', why: observed.kind };
  const { base } = classification;
  const plan = planBoundary(observed, settings.mutation, base);
  const { chosen, idle } = plan;
  // A person decides whatever the tests notice: running them would be time lost.
  if (chosen.length === 0 || idle.length > 0) return { kind: 'boundary', plan, run: undefined };
  const packages = toObserve(classification);
  const advice = chosen.every(({ of }) => of.isCompared);
  const seconds = advice ? adviceSeconds(ran, settings.mutation.seconds) : settings.mutation.seconds;
  const run = await deps.boundary.run(commands, base, { packages, chosen, seconds, advice });
  return { kind: 'boundary', plan, run };
}

const leastAdviceSeconds = 10;

/** As long as the tests of both sides took: who waits for them does not wait much longer for what decides nothing. */
function adviceSeconds(ran: TestRun, most: number): number {
  const once = ran.kind === 'ran' ? Math.ceil(ran.ms / 1000) : 0;
  return Math.min(most, Math.max(leastAdviceSeconds, 2 * once));
}
