import type { RolloutPlan } from '../../src/domain/rollout.ts';
import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import { requestsPerSecond } from '../demo-statistics/setting.ts';
import type { Ending, Rule } from './compare.ts';
import { secondsAfter } from './rules.ts';
import { SlowRollout } from './slow-rollout.ts';
import { SlowStream, type SlowWorlds } from './slow-stream.ts';
import type { Slowness } from './waits.ts';

export function bySlow<Settings>(
  rule: (stream: SlowStream, settings: Settings) => 'promote' | 'rollback',
  world: SlowWorlds,
): (settings: Settings) => Rule<Slowness> {
  return (settings) => (seed, fault) => {
    const stream = new SlowStream(seed, fault, world(seed));
    const word = rule(stream, settings);
    const { seconds, secondsOfFault } = stream;
    if (word === 'promote') stream.promote(secondsAfter);
    return { word, seconds, secondsOfFault, usersHarmed: stream.usersHarmed };
  };
}

export function landedSlow(world: SlowWorlds, own: RolloutPlan): Rule<Slowness> {
  return (seed, fault): Ending => {
    const rollout = new SlowRollout(seed, fault, { world: world(seed), plan: own });
    const { decision, seconds, secondsOfFault, harmed } = rollout.run();
    const word = decision.kind === 'promote' || decision.kind === 'rollback' ? decision.kind : 'hold';
    const usersHarmed = word === 'promote' ? afterPromotion(seed, fault) : harmed;
    return { word, seconds, secondsOfFault, usersHarmed };
  };
}

/** Whoever met it before meets it again. */
function afterPromotion(seed: number, fault: Slowness | undefined): number {
  if (fault === undefined) return 0;
  const share = fault.times > 1 ? 1 : fault.tail.share;
  return new Crowd(randomFrom(seed)).usersOf(secondsAfter * requestsPerSecond * share);
}
