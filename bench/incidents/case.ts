import { createHash } from 'node:crypto';

/** One release of a package, as a client of it meets it. The client is `fixtures/NAME/`. */
export type Case = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
} & (
  | { readonly kind: 'benign' }
  | {
      readonly kind: 'incident';
      /** What changed for the client, in a sentence. */
      readonly changed: string;
      /** Where the release or the complaint is told of. */
      readonly source: string;
      /** The questions of the client's probe that the two versions answer differently: all of them. */
      readonly shows: readonly string[];
      /** Whether the client's own tests make a call whose result changed (which none of them asserts). */
      readonly exercised: boolean;
    }
);

export type Half = 'tuning' | 'held-out';

/**
 * Nobody looks at the held-out half while a guardrail is tuned. By package, so that what is learned from one release
 * does not tell of another of the same client.
 */
export function halfOf({ name }: Pick<Case, 'name'>): Half {
  return Number.parseInt(hashOf(name).slice(0, 2), 16) % 2 === 0 ? 'tuning' : 'held-out';
}

export function idOf({ name, from, to }: Pick<Case, 'name' | 'from' | 'to'>): string {
  return `${name} ${from} -> ${to}`;
}

/** The same order each time, that has nothing to do with names or kinds. */
export function inOrderOfHash<T extends Pick<Case, 'name' | 'from' | 'to'>>(
  cases: readonly T[],
): readonly T[] {
  return cases.toSorted((a, b) => (hashOf(idOf(a)) < hashOf(idOf(b)) ? -1 : 1));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
