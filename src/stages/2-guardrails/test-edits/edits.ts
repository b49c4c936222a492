import type { SourcePair } from '../../../domain/syntax.ts';
import { isTestFile } from '../../../domain/test-file.ts';
import { branchesOf, isAsked } from './hard-coded.ts';
import { type Mark, type MarkKind, marksOf } from './marks.ts';
import { inlineSnapshots, lostLines, shrugs, timeoutsOf } from './texts.ts';
import { type Token, tokensOf } from './tokens.ts';

/** What a change does to the tests that judge it, or to please them. */
export type Trick = {
  readonly code: string;
  readonly path: string;
  readonly line: number;
  readonly detail: string;
};

export type TestEdits = {
  /** Files of the change that tests are made of, and sources; the text of a side that has none is ''. */
  readonly changed: readonly SourcePair[];
  /** Test files of the base, to find what they ask; [] where no source of the change answers a literal to a literal. */
  readonly suite: readonly { readonly path: string; readonly text: string }[];
  /** Files of the change that were too large to read. */
  readonly unread: readonly string[];
};

const program = /\.[cm]?[jt]sx?$/i;

/** Paths whose texts are wanted. */
export function isRead(path: string): boolean {
  return program.test(path) || path.endsWith('.snap') || /(^|\/)package\.json$/.test(path);
}

/** Pure, and survives any text. In the order of the files. */
export function tricksIn({ changed, suite, unread }: TestEdits): readonly Trick[] {
  const asked = suite.map(({ text }) => tokensOf(text));
  const found = changed.flatMap((pair) => {
    if (pair.path.endsWith('.snap')) return inSnapshot(pair);
    if (!program.test(pair.path)) return inManifest(pair);
    const sides = { path: pair.path, base: tokensOf(pair.base), head: tokensOf(pair.head) };
    return isTestFile(pair.path) ? inTest(sides) : inSource(sides, asked);
  });
  const large = unread.map((path) => ({
    code: 'tests.not-read',
    path,
    line: 1,
    detail: 'is too large to be read',
  }));
  return [...found, ...large];
}

/** Whether a program has new answers that the tests may have asked for. */
export function answersLiterals({ base, head }: SourcePair): boolean {
  return newBranches({ base: tokensOf(base), head: tokensOf(head) }).length > 0;
}

type Sides = { readonly path: string; readonly base: readonly Token[]; readonly head: readonly Token[] };

const added: readonly (readonly [MarkKind, string, string])[] = [
  ['only', 'tests.only', 'leaves out every test but those marked'],
  ['skip', 'tests.newly-skipped', 'skips tests, or what they assert'],
  ['exit', 'tests.exit-zero', 'ends the process as if all were well'],
  ['mock', 'tests.mocks-own-code', 'puts a mock in the place of code of the project'],
];
const removed: readonly (readonly [MarkKind, string])[] = [
  ['assertion', 'assertions'],
  ['test', 'tests'],
];

function inTest(sides: Sides): readonly Trick[] {
  const { path } = sides;
  const [before, after] = [marksOf(sides.base), marksOf(sides.head)];
  const of = (marks: readonly Mark[], kind: MarkKind) => marks.filter((mark) => mark.kind === kind);
  const more = added.flatMap(([kind, code, detail]) => {
    const [old, now] = [of(before, kind).length, of(after, kind)];
    return now.length > old ? [{ code, path, line: now.at(-1)?.line ?? 1, detail }] : [];
  });
  const fewer = removed.flatMap(([kind, what]) => {
    const [old, now] = [of(before, kind).length, of(after, kind).length];
    const detail = `has ${now} ${what}, and had ${old}`;
    return now < old ? [{ code: 'tests.fewer-assertions', path, line: 1, detail }] : [];
  });
  return [...more, ...fewer.slice(0, 1), ...inlineRewritten(sides), ...timeoutRaised(sides)];
}

function inlineRewritten({ path, base, head }: Sides): readonly Trick[] {
  const now = inlineSnapshots(head).map(({ text }) => text);
  const line = inlineSnapshots(base).find(({ text }) => !now.includes(text))?.line;
  const detail = 'rewrites an inline snapshot';
  return line === undefined ? [] : [{ code: 'tests.snapshot-rewritten', path, line, detail }];
}

function timeoutRaised({ path, base, head }: Sides): readonly Trick[] {
  const longest = timeoutsOf(base).reduce((most, { ms }) => Math.max(most, ms), 0);
  const raised = timeoutsOf(head).find(({ ms }) => longest > 0 && ms >= 10 * longest);
  const detail = `raises a timeout from ${longest} to ${raised?.ms} ms`;
  return raised === undefined ? [] : [{ code: 'tests.timeout-raised', path, line: raised.line, detail }];
}

function inSnapshot({ path, base, head }: SourcePair): readonly Trick[] {
  const line = lostLines(base, head)[0];
  const detail = 'rewrites what was recorded';
  return line === undefined ? [] : [{ code: 'tests.snapshot-rewritten', path, line, detail }];
}

function inManifest({ path, base, head }: SourcePair): readonly Trick[] {
  const old = new Set(shrugs(base).map(({ text }) => text));
  const now = shrugs(head).find(({ text }) => !old.has(text));
  const detail = 'has a script that succeeds whatever its tests say';
  return now === undefined ? [] : [{ code: 'tests.exit-zero', path, line: now.line, detail }];
}

function newBranches({ base, head }: Pick<Sides, 'base' | 'head'>) {
  const old = new Set(branchesOf(base).map(({ input, result }) => `${input}\n${result}`));
  return branchesOf(head).filter(({ input, result }) => !old.has(`${input}\n${result}`));
}

function inSource(sides: Sides, suite: readonly (readonly Token[])[]): readonly Trick[] {
  const found = newBranches(sides).find((branch) => suite.some((tokens) => isAsked(tokens, branch)));
  const detail = 'answers the very input of a test with the very result that it expects';
  return found === undefined
    ? []
    : [{ code: 'tests.hard-coded', path: sides.path, line: found.line, detail }];
}
