import type { Sha } from '../../domain/change.ts';

/** `unknown`: it could not be measured, or said one thing and then another. */
export type Colour = 'green' | 'red' | 'unknown';

/** How commits were measured, by name. */
export type Measured = ReadonlyMap<Sha, Colour>;

export type Step =
  | { readonly kind: 'measure'; readonly commit: Sha }
  /** It is red, and the commit before it is green. */
  | { readonly kind: 'culprit'; readonly commit: Sha }
  | { readonly kind: 'green' }
  /** `among`: from the newest to the oldest; [] where no green commit is known, or none is red for sure. */
  | { readonly kind: 'unclear'; readonly among: readonly Sha[] };

/**
 * What to measure next to learn which commit of a branch made it red. `commits`: the first-parent line, newest first, not empty. Goes back in
 * doubling steps until one is green, and halves what lies between; what cannot be measured is walked around, and never blamed.
 */
export function nextStep(commits: readonly Sha[], measured: Measured): Step {
  const colourAt = (at: number) => measured.get(commits[at] ?? '');
  const measure = (at: number): Step => ({ kind: 'measure', commit: commits[at] ?? '' });
  const tip = colourAt(0);
  if (tip === undefined) return measure(0);
  if (tip !== 'red') return tip === 'green' ? { kind: 'green' } : { kind: 'unclear', among: [] };
  const green = commits.findIndex((_, at) => colourAt(at) === 'green');
  if (green === -1) {
    const at = furtherBack(commits.length, colourAt);
    return at === undefined ? { kind: 'unclear', among: [] } : measure(at);
  }
  const red = lastBefore(green, (at) => colourAt(at) === 'red');
  if (green - red === 1) return { kind: 'culprit', commit: commits[red] ?? '' };
  const at = nearestToMiddle(red, green, (each) => colourAt(each) === undefined);
  return at === undefined ? { kind: 'unclear', among: commits.slice(red, green) } : measure(at);
}

/** 1, 2, 4, … from the tip, and then from the oldest on; undefined: nothing older than what is red can be measured. */
function furtherBack(count: number, colourAt: (at: number) => Colour | undefined): number | undefined {
  for (let at = 1; at < count; at *= 2) if (colourAt(at) === undefined) return at;
  for (let at = count - 1; at > 0 && colourAt(at) !== 'red'; at -= 1)
    if (colourAt(at) === undefined) return at;
  return undefined;
}

function lastBefore(end: number, holds: (at: number) => boolean): number {
  for (let at = end - 1; at > 0; at -= 1) if (holds(at)) return at;
  return 0;
}

function nearestToMiddle(from: number, to: number, isFree: (at: number) => boolean): number | undefined {
  const middle = (from + to) / 2;
  const between = Array.from({ length: to - from - 1 }, (_, n) => from + 1 + n).filter(isFree);
  return between.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0];
}
