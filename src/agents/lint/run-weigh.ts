import { createHash } from 'node:crypto';
import type { Sha } from '../../domain/change.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import { newMarks } from '../../stages/2-guardrails/documentation/lines.ts';
import { changedLines } from './changed-lines.ts';
import type { Tidied } from './proposal.ts';

/** Files that are weighed in one scan, compared by one process, and compared alone after that gave no answer. */
const limits = { files: 400, batch: 25, alone: 25 };

export type WeighingDeps = {
  readonly git: Pick<GitReader, 'readFile'>;
  readonly syntax: Pick<SyntaxComparer, 'compare'>;
};

export type Weighed = {
  readonly tidied: readonly Tidied[];
  readonly doubts: readonly Doubt[];
  /** How many were not looked at. */
  readonly left: number;
};

export type Doubt = {
  readonly path: string;
  readonly word: 'behaviour-may-differ' | 'suspect' | 'too-large';
  readonly reason: string;
};

type Pair = { readonly path: string; readonly base: string; readonly head: string; readonly bytes: Buffer };

/** Which new contents are the program that was there: by the comparison of the class lint and its guardrail. */
export async function weigh(
  deps: WeighingDeps,
  base: Sha,
  changed: ReadonlyMap<string, Buffer>,
  maxLines: number,
): Promise<Weighed> {
  const chosen = [...changed].slice(0, limits.files);
  const tidied: Tidied[] = [];
  const doubts: Doubt[] = [];
  for (let at = 0; at < chosen.length; at += limits.batch) {
    const pairs = await pairsOf(deps, base, chosen.slice(at, at + limits.batch));
    const found = await comparisons(deps, pairs);
    for (const pair of pairs) {
      const comparison = found.get(pair.path);
      const weight = changedLines(pair.base, pair.head);
      const doubt = doubtOf(pair, comparison) ?? tooLarge(pair, weight, maxLines);
      if (doubt !== undefined) doubts.push(doubt);
      else tidied.push(tidiedFrom(pair, weight, comparison));
    }
  }
  return { tidied, doubts, left: changed.size - chosen.length };
}

async function pairsOf(
  { git }: WeighingDeps,
  base: Sha,
  changed: readonly (readonly [string, Buffer])[],
): Promise<readonly Pair[]> {
  return Promise.all(
    changed.map(async ([path, bytes]) => {
      const before = await git.readFile(base, path);
      return { path, base: before?.toString('utf8') ?? '', head: bytes.toString('utf8'), bytes };
    }),
  );
}

/** What a tool wrote may end the process that compares it: then each is compared alone. */
async function comparisons(
  { syntax }: WeighingDeps,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<string, SyntaxComparison>> {
  const asked = pairs.map(({ path, base, head }) => ({ path, base, head }));
  const found = new Map(await syntax.compare(asked));
  const missed = asked.filter(({ path }) => !found.has(path)).slice(0, limits.alone);
  if (missed.length === asked.length && asked.length === 1) return found;
  for (const one of missed) for (const [path, answer] of await syntax.compare([one])) found.set(path, answer);
  return found;
}

function doubtOf(
  { path, base, head, bytes }: Pair,
  comparison: SyntaxComparison | undefined,
): Doubt | undefined {
  const isText = bytes.equals(Buffer.from(head));
  if (comparison?.same !== true || !isText) {
    const why = comparison?.same === false ? comparison.why : 'it could not be compared';
    const reason = `What the tools make of it may do something else: ${why}.`;
    return { path, word: 'behaviour-may-differ', reason };
  }
  // Comments are in no syntax tree, and whoever brings one may speak in it to a model or a reviewer.
  const mark = newMarks(base, head)[0];
  return mark && { path, word: 'suspect', reason: `The tools bring ${mark.kind}, in line ${mark.line}.` };
}

function tooLarge({ path }: Pair, weight: number, most: number): Doubt | undefined {
  const reason = `${weight} lines would change, over ${most}.`;
  return weight > most ? { path, word: 'too-large', reason } : undefined;
}

function tidiedFrom(pair: Pair, weight: number, comparison: SyntaxComparison | undefined): Tidied {
  const { path, base, head, bytes } = pair;
  const forms = comparison?.same === true ? (comparison.forms ?? []) : [];
  const key = createHash('sha256')
    .update(JSON.stringify([path, base, head]))
    .digest('hex')
    .slice(0, 16);
  return { path, name: path, key, weight, bytes, forms };
}
