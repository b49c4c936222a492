import type { PlannedUpdate } from './plan.ts';

/** Updates that are one change, as the configuration has it. */
export type Group = {
  readonly packages: readonly string[];
  readonly classes: readonly `dependency-${PlannedUpdate['kind']}`[];
};

/** By name; a package belongs to the first that names it. */
export type Groups = Readonly<Record<string, Group>>;

/** Versions that were turned away as one. */
export type TurnedAway = {
  readonly versions: readonly { readonly name: string; readonly version: string }[];
};

/** What is proposed as one change. */
export type Bundle<T> = {
  /** null: a package by itself. */
  readonly group: string | null;
  readonly updates: readonly T[];
};

type Update = Pick<PlannedUpdate, 'name' | 'to' | 'kind'>;

/**
 * What becomes one change each, in the order in which the updates come. Of a group that was turned away each half is proposed by
 * itself, and of these the halves, until what is wrong was turned away alone. No bundle holds a set that was turned away as one:
 * with n packages of which k are wrong, at most 1 + 2k(1 + log2 n) are ever proposed. Pure.
 */
export function bundlesOf<T extends Update>(
  updates: readonly T[],
  groups: Groups,
  turnedAway: readonly TurnedAway[],
): readonly Bundle<T>[] {
  const blocks = new Map<string, { group: string | null; size: number; updates: T[] }>();
  for (const update of updates) {
    const group = groupOf(update, groups);
    const narrowest = group === null ? -1 : narrowestWith(update, turnedAway);
    const size = turnedAway[narrowest]?.versions.length ?? Number.POSITIVE_INFINITY;
    const key = group === null ? `one ${update.name}` : `${group} ${narrowest}`;
    const block = blocks.get(key) ?? { group, size, updates: [] };
    block.updates.push(update);
    blocks.set(key, block);
  }
  return [...blocks.values()].flatMap(({ group, size, updates: all }) =>
    chunksOf(all, Math.max(1, Math.ceil(size / 2))).map((part) => ({ group, updates: part })),
  );
}

/** The two halves of what could not be made as one. */
export function halvesOf<T>({ group, updates }: Bundle<T>): readonly Bundle<T>[] {
  return chunksOf(updates, Math.ceil(updates.length / 2)).map((part) => ({ group, updates: part }));
}

function groupOf({ name, kind }: Update, groups: Groups): string | null {
  const found = Object.entries(groups).find(
    ([, { packages, classes }]) =>
      classes.includes(`dependency-${kind}`) && packages.some((pattern) => fits(pattern, name)),
  );
  return found?.[0] ?? null;
}

/** `*` stands for any characters. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.startsWith(first) && name.endsWith(last) && name.length - last.length >= at;
}

/** The place of the smallest set with this version in it; -1: none. What a smaller set tells is nearer to the culprit. */
function narrowestWith({ name, to }: Update, turnedAway: readonly TurnedAway[]): number {
  let best = -1;
  for (const [at, { versions }] of turnedAway.entries()) {
    const holds = versions.some((each) => each.name === name && each.version === to);
    const than = turnedAway[best]?.versions.length ?? Number.POSITIVE_INFINITY;
    if (holds && versions.length < than) best = at;
  }
  return best;
}

function chunksOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  if (all.length <= size) return all.length === 0 ? [] : [all];
  return [all.slice(0, size), ...chunksOf(all.slice(size), size)];
}
