import { Rollout } from '../demo-statistics/rollout.ts';
import type { Fault, World } from '../demo-statistics/setting.ts';
import type { Ending, Rule } from './compare.ts';
import { Stream } from './stream.ts';
import type { Worlds } from './worlds.ts';

/** Until somebody notices what was promoted. */
export const secondsAfter = 900;

export function by<Settings>(
  rule: (stream: Stream, settings: Settings) => 'promote' | 'rollback',
  world: Worlds,
): (settings: Settings) => Rule<Fault> {
  return (settings) => (seed, fault) => {
    const stream = new Stream(seed, fault, world(seed));
    const word = rule(stream, settings);
    const { seconds, secondsOfFault } = stream;
    if (word === 'promote') stream.pass(secondsAfter, 1);
    return { word, seconds, secondsOfFault, usersHarmed: stream.usersHarmed };
  };
}

export function landed(world: Worlds): Rule<Fault> {
  return (seed, fault): Ending => {
    const { decision, seconds, secondsOfFault, harmed } = new Rollout(seed, fault, world(seed)).run();
    const word = decision.kind === 'promote' || decision.kind === 'rollback' ? decision.kind : 'hold';
    const usersHarmed = word === 'promote' ? afterPromotion(seed, fault, world(seed)) : harmed;
    return { word, seconds, secondsOfFault, usersHarmed };
  };
}

/** Whoever met it before meets it again. */
function afterPromotion(seed: number, fault: Fault | undefined, world: World): number {
  const stream = new Stream(seed, fault, world);
  stream.pass(secondsAfter, 1);
  return stream.usersHarmed;
}
