import { Crowd, randomFrom } from '../demo-statistics/crowd.ts';
import type { Background } from '../demo-statistics/setting.ts';

/** So many crowds are enough for thousands of rollouts: only how often each of them fails by itself is asked. */
const crowds = 500;
/** Between two numbers of requests whose users are counted. */
const finer = 1.05;

const failing = new Map<Background, Float64Array>();
/** Users differ between crowds; how many of them so many requests come from does not, to speak of. */
const one = new Crowd(randomFrom(1));
const counted: number[] = [0];

/** The share of a crowd's requests that fails on any day. */
export function failingShare(background: Background, seed: number): number {
  const number = seed % crowds;
  const shares = failing.get(background) ?? new Float64Array(crowds);
  failing.set(background, shares);
  const share = shares[number] || new Crowd(randomFrom(number), background).failingShare();
  shares[number] = share;
  return share;
}

/** How many users so many requests come from, in expectation: interpolated, to a part in a thousand. */
export function usersOf(requests: number): number {
  if (requests <= 1) return requests;
  const place = Math.log(requests) / Math.log(finer);
  const at = Math.floor(place);
  const [below, above] = [finer ** at, finer ** (at + 1)];
  const share = (requests - below) / (above - below);
  return (1 - share) * knot(at) + share * knot(at + 1);
}

function knot(at: number): number {
  counted[at] ??= one.usersOf(finer ** at);
  return counted[at] ?? 0;
}
