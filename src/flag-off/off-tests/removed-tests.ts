import type { RemovedTests, TestCase } from '../../domain/off-tests.ts';
import type { SourcePair } from '../../domain/syntax.ts';
import { children, type Node } from '../../domain/syntax-tree.ts';
import { mentions } from '../names.ts';
import { lineOf } from '../side.ts';
import { hasFewerNames, isNotUsed, type Mentions } from './not-used.ts';
import { shapeOf } from './shape.ts';
import { TestCalls } from './test-calls.ts';

/** A parser's program and its comments; throws an Error for text that does not parse. */
export type ParseTests = (
  path: string,
  text: string,
) => {
  readonly program: Node;
  readonly comments: readonly { readonly value: string; readonly start: number }[];
};

/**
 * Whether test files lose whole test cases with what only those used, and are otherwise as they were. Whether those tests may go,
 * it does not say: that, their runs show. Throws an Error for text that does not parse.
 */
export function removedTests(pairs: readonly SourcePair[], parse: ParseTests): RemovedTests {
  const cases: TestCase[] = [];
  for (const { path, base, head } of pairs) {
    const side = (text: string): Side => ({ path, text, ...parse(path, text) });
    const found = new Comparison(side(base), side(head)).result();
    if (found.kind === 'other') return found;
    cases.push(...found.cases);
  }
  return { kind: 'whole', cases };
}

type Side = { readonly path: string; readonly text: string } & ReturnType<ParseTests>;
type Problem = { readonly side: Side; readonly start: number; readonly why: string };

class Comparison {
  readonly #base: Side;
  readonly #head: Side;
  readonly #calls: TestCalls;
  readonly #mentions: Mentions;
  readonly #cases: TestCase[] = [];
  readonly #problems: Problem[] = [];

  constructor(base: Side, head: Side) {
    this.#base = base;
    this.#head = head;
    this.#calls = new TestCalls(base.program);
    this.#mentions = { before: mentions(base.program), now: mentions(head.program) };
  }

  result(): RemovedTests {
    const [base, head] = [this.#base, this.#head].map(({ program }) => children(program, 'body'));
    if (this.#head.text === '') this.#goTogether(base ?? [], []);
    else {
      this.#compareLists(base ?? [], head ?? [], []);
      this.#compareComments();
    }
    const problem = this.#problems[0];
    const { path } = this.#base;
    if (problem !== undefined)
      return { kind: 'other', path, line: lineOf(problem.side.text, problem.start), why: problem.why };
    if (this.#cases.length > 0) return { kind: 'whole', cases: this.#cases };
    return { kind: 'other', path, line: 1, why: 'it changes, and loses no test case' };
  }

  #compareLists(base: readonly Node[], head: readonly Node[], titles: readonly string[]): void {
    let at = 0;
    for (const one of base) {
      const now = head[at];
      if (now !== undefined && this.#stays(one, now, titles)) at += 1;
      else this.#go(one, titles);
    }
    const more = head[at];
    if (more !== undefined) this.#tell(this.#head, more.start, 'it is new, or not as it was');
  }

  /** As it was; or a group or a list of names that has fewer members. */
  #stays(one: Node, now: Node, titles: readonly string[]): boolean {
    if (shapeOf(one) === shapeOf(now) || hasFewerNames(one, now, this.#mentions)) return true;
    const [old, group] = [this.#calls.read(one), this.#calls.read(now)];
    if (old?.kind !== 'group' || group?.kind !== 'group' || old.title !== group.title) return false;
    if (shapeOf(one, old.block) !== shapeOf(now, group.block)) return false;
    const [before, after] = [old.block, group.block].map((block) => children(block, 'body'));
    this.#compareLists(before ?? [], after ?? [], [...titles, old.title]);
    return true;
  }

  #go(one: Node, titles: readonly string[]): void {
    const call = this.#calls.read(one);
    if (call?.kind === 'case' || call?.kind === 'group') this.#goTogether([one], titles);
    else if (!isNotUsed(one, this.#mentions))
      this.#tell(this.#base, one.start, 'it goes or changes, and is no whole test case with a plain title');
  }

  #goTogether(statements: readonly Node[], titles: readonly string[]): void {
    const stranger = this.#calls.strangerIn(statements);
    if (stranger !== undefined)
      this.#tell(this.#base, stranger.start, 'it goes too, and is no part of a whole test case');
    const { path, text } = this.#base;
    for (const found of this.#calls.casesIn(statements, titles))
      this.#cases.push({ path, line: lineOf(text, found.node.start), titles: found.titles });
  }

  /** They may steer tools, or speak to who reads: none is new, and none moves before another. */
  #compareComments(): void {
    const old = this.#base.comments.map(({ value }) => value);
    let at = 0;
    for (const { value, start } of this.#head.comments) {
      const found = old.indexOf(value, at);
      if (found === -1) {
        this.#tell(this.#head, start, 'a comment is new, or has moved');
        return;
      }
      at = found + 1;
    }
  }

  #tell(side: Side, start: number, why: string): void {
    this.#problems.push({ side, start, why });
  }
}
