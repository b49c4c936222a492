import { createHash } from 'node:crypto';
import { isGeneratedPath, isSourcePath, isToolFile } from '../../domain/path-kinds.ts';
import { compilePattern, foldedPath } from '../../domain/path-pattern.ts';
import type { RewriteAnswer, Rewritten } from '../../domain/performance.ts';
import { plainText } from '../../domain/plain.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { isTestFile } from '../../domain/test-file.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import type { Item } from '../portions.ts';
import type { HotFunction } from './profile.ts';

/** One function with what could make it faster. */
export type Candidate = Item & {
  readonly hot: HotFunction;
  /** Its name, or that of the function around it; null: none has one. */
  readonly within: string | null;
  readonly text: string;
  readonly rewrites: readonly Rewritten[];
};

/** Functions that are looked at, and what a function must take of the profile to be worth it. */
export const most = { functions: 20, leastShare: 0.01 };

type Wanted = { readonly ignore: readonly string[]; readonly protectedPaths: readonly string[] };

/** Code that people write and that production runs. */
export function isWanted(path: string, { ignore, protectedPaths }: Wanted): boolean {
  if (!isSourcePath(path) || /\.d\.[cm]?ts$/.test(path) || /(^|\/)node_modules\//.test(path)) return false;
  if (isTestFile(path) || isToolFile(path) || isGeneratedPath(path)) return false;
  if (isProtectedPath(path, protectedPaths.map(compilePattern))) return false;
  return !ignore.some((pattern) => compilePattern(pattern).test(foldedPath(path)));
}

export function candidateOf(
  hot: HotFunction,
  before: string,
  answer: Extract<RewriteAnswer, { kind: 'rewritten' }>,
): Candidate {
  const { text, rewrites, within } = answer;
  const key = createHash('sha256')
    .update(JSON.stringify([hot.path, before, text]))
    .digest('hex')
    .slice(0, 16);
  const name = hot.name === '' && within !== null ? `${nameOf(hot)} in ${within}` : nameOf(hot);
  return { key, path: hot.path, name, weight: 1, hot, within, text, rewrites };
}

export function nameOf({ path, name, line }: HotFunction): string {
  return `${path}:${line + 1} ${name === '' ? '(anonymous)' : plainText(name, 80)}`;
}

/** Of the calls that were recorded those of the function itself, where it is exported; else all of its file. */
export function callsFor(
  { path, within }: Pick<Candidate, 'path' | 'within'>,
  recorded: readonly RecordedCall[],
): readonly RecordedCall[] {
  const ofFile = recorded.filter((call) => call.package === path);
  const own = ofFile.filter(({ steps }) => within !== null && steps.at(-1) === within);
  return own.length === 0 ? ofFile : own;
}
