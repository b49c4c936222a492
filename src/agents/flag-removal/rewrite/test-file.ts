import { children, type Node } from '../../../domain/syntax-tree.ts';
import { bindings, mentions } from '../../../flag-off/names.ts';
import { type PlacedCase, TestCalls } from '../../../flag-off/off-tests/test-calls.ts';
import { removeLines, withComments } from './lines.ts';
import type { Parsers } from './remove-flag.ts';
import { inRounds } from './rounds.ts';
import { type Before, dropUnused } from './unused.ts';
import { draftOf, edited, endOf, marksFor, readWritten } from './written.ts';

/** '': no test is left, and the file does nothing else. */
type Done = { readonly text: string } | { readonly why: string };

/** One test file, and the test cases that are to go from it. */
export class TestFile {
  readonly path: string;
  readonly cases: readonly PlacedCase[];
  readonly #text: string;
  readonly #program: Node;
  readonly #calls: TestCalls;
  readonly #parsers: Parsers;
  readonly #chosen = new Set<Node>();

  constructor({ path, text }: { readonly path: string; readonly text: string }, parsers: Parsers) {
    this.path = path;
    this.#text = text;
    this.#parsers = parsers;
    this.#program = parsers.parse(path, text);
    this.#calls = new TestCalls(this.#program);
    this.cases = this.#calls.casesIn(this.#body);
  }

  choose(node: Node): void {
    this.#chosen.add(node);
  }

  get isTouched(): boolean {
    return this.#chosen.size > 0;
  }

  withoutChosen(): Done {
    const fate = this.#fateOf(this.#body);
    if (fate === 'stuck') return { why: 'no test would be left in it, and it does more than test' };
    if (fate === 'goes') return { text: '' };
    const going: Node[] = [];
    const why = this.#collect(this.#body, going);
    return why === undefined ? { text: this.#tidied(without(this.#text, going)) } : { why };
  }

  get #body(): readonly Node[] {
    return children(this.#program, 'body');
  }

  /** `goes`: nothing would be left in it; `stuck`: no test would be, but something that acts. */
  #fateOf(statements: readonly Node[]): 'stays' | 'goes' | 'stuck' {
    const cases = this.#calls.casesIn(statements);
    if (cases.length === 0 || cases.some(({ node }) => !this.#chosen.has(node))) return 'stays';
    const stranger = this.#calls.strangerIn(statements);
    if (stranger === undefined) return 'goes';
    return this.#calls.mayHoldTests(stranger) ? 'stays' : 'stuck';
  }

  /** The statements to remove, whole groups where nothing of them is left. Answers what stands in the way. */
  #collect(statements: readonly Node[], going: Node[]): string | undefined {
    for (const one of statements) {
      const call = this.#calls.read(one);
      const fate = call?.kind === 'group' ? this.#fateOf([one]) : 'stays';
      if (call?.kind === 'group' && fate === 'stuck')
        return `the group "${call.title}" would be left without a test, and does more than test`;
      if (fate === 'goes' || this.#chosen.has(one)) going.push(one);
      else if (call?.kind === 'group') {
        const why = this.#collect(children(call.block, 'body'), going);
        if (why !== undefined) return why;
      }
    }
    return undefined;
  }

  /** Without what only those used. */
  #tidied(text: string): string {
    const bound = bindings(this.#program);
    const knowing = { isKnown: (name: string) => bound.has(name), isClient: () => false };
    const before: Before = { mentions: mentions(this.#program), knowing };
    const marks = marksFor([text]);
    const read = (now: { readonly text: string }) =>
      readWritten(now.text, this.#parsers.parseWritten(this.path, now.text), marks);
    return inRounds(draftOf(text), read, (written) => dropUnused(written, before)).text;
  }
}

/** The last one first: what stands before it keeps its place. */
function without(text: string, going: readonly Node[]): string {
  let left = draftOf(text);
  for (const node of going.toSorted((a, b) => b.start - a.start)) {
    const span = withComments(left.text, { start: node.start, end: endOf(node) });
    left = edited(left, [removeLines(left.text, span)]);
  }
  return left.text;
}
