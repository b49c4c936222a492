import type { FlagRemovalAnswer, FlagRemovalQuestion } from '../../../domain/flag-removal.ts';
import { child, isNode, type Node, property, walk } from '../../../domain/syntax-tree.ts';
import { FlagReader } from '../../../flag-off/flags.ts';
import { mentions } from '../../../flag-off/names.ts';
import { lineOf, type ParseProgram } from '../../../flag-off/side.ts';
import { foldings } from './expressions.ts';
import { leftover, valuesLeft } from './leftovers.ts';
import { inRounds } from './rounds.ts';
import { flagConstant, flagFunction } from './stand-ins.ts';
import { decidedIf, idleStatement } from './statements.ts';
import { type Before, dropUnused } from './unused.ts';
import {
  type Draft,
  draftOf,
  type Edit,
  edited,
  endOf,
  type Marks,
  markOf,
  marksFor,
  readWritten,
  type Written,
} from './written.ts';

/** `parse` as the comparison reads programs; `parseWritten` with parentheses as nodes. Both throw for text that does not parse. */
export type Parsers = { readonly parse: ParseProgram; readonly parseWritten: ParseProgram };

/**
 * The texts without the flag, as if it always had this value; or what stands in the way. It proposes, and claims nothing:
 * whether the program is the old one is for the comparison to say.
 */
export function removeFlag(question: FlagRemovalQuestion, parsers: Parsers): FlagRemovalAnswer {
  const marks = marksFor(question.files.map(({ text }) => text));
  const edited: { path: string; text: string }[] = [];
  for (const { path, text } of question.files) {
    const done = new Removing({ question, parsers, marks, path }).rewrite(text);
    if ('why' in done) return { kind: 'cannot', path, line: lineOf(done.text, done.start), why: done.why };
    if (done.text !== text) edited.push({ path, text: done.text });
  }
  return { kind: 'removed', files: edited };
}

type Given = {
  readonly question: FlagRemovalQuestion;
  readonly parsers: Parsers;
  readonly marks: Marks;
  readonly path: string;
};
type Done =
  | { readonly text: string }
  | { readonly text: string; readonly start: number; readonly why: string };

class Removing {
  readonly #given: Given;

  constructor(given: Given) {
    this.#given = given;
  }

  rewrite(text: string): Done {
    const { parse } = this.#given.parsers;
    const program = parse(this.#given.path, text);
    const reader = this.#read(program);
    const asked = reader.evaluations().filter(({ key }) => key === this.#given.question.key);
    const unclear = asked.find(({ why }) => why !== undefined);
    if (unclear?.why !== undefined) return { text, start: unclear.start, why: unclear.why };
    if (asked.length === 0) return { text };
    const before = { mentions: mentions(program), knowing: reader };
    const marked = edited(draftOf(text), this.#marked(program, reader));
    const done = this.#tidied(this.#inRounds(marked, foldingEdits), before);
    return 'why' in done ? { ...done, text } : done;
  }

  /** In the place of each evaluation, with the `await` before it and the `.value` after it, the mark. */
  #marked(program: Node, reader: FlagReader): readonly Edit[] {
    const { question, marks } = this.#given;
    const keys = new Set([question.key]);
    const edits: Edit[] = [];
    const pending: Node[] = [program];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (isEvaluation(node, reader, keys)) {
        edits.push({ start: node.start, end: endOf(node), text: markOf(marks, question.value) });
        continue;
      }
      for (const value of Object.values(node))
        pending.push(...(Array.isArray(value) ? value : [value]).filter(isNode));
    }
    return edits;
  }

  #tidied(draft: Draft, before: Before): Done {
    const used = this.#inRounds(draft, (written) => dropUnused(written, before));
    const written = this.#written(used);
    const left = leftover(written);
    if (left === undefined) return edited(used, valuesLeft(written));
    return { text: used.text, start: used.origins[left.start] ?? 0, why: left.why };
  }

  #inRounds(draft: Draft, found: (written: Written) => Iterable<readonly Edit[]>): Draft {
    return inRounds(draft, (now) => this.#written(now), found);
  }

  #written({ text }: Draft): Written {
    const { parsers, marks, path } = this.#given;
    return readWritten(text, parsers.parseWritten(path, text), marks);
  }

  #read(program: Node): FlagReader {
    const { question, path } = this.#given;
    const paths = new Set(question.paths);
    return new FlagReader({ path, program, helpers: new Set(question.helpers), paths });
  }
}

function isEvaluation(node: Node, reader: FlagReader, keys: ReadonlySet<string>): boolean {
  if (node.type === 'AwaitExpression') {
    const call = child(node, 'argument');
    return call !== undefined && !reader.isDetails(call) && isEvaluation(call, reader, keys);
  }
  if (property(node) === 'value') {
    const owner = child(node, 'object');
    const call = owner?.type === 'AwaitExpression' ? child(owner, 'argument') : owner;
    return call !== undefined && reader.isDetails(call) && isAsked(call, reader, keys);
  }
  return isAsked(node, reader, keys) && !reader.isDetails(node);
}

function isAsked(node: Node, reader: FlagReader, keys: ReadonlySet<string>): boolean {
  const found = reader.read(node);
  return found !== undefined && found.why === undefined && keys.has(found.key ?? '');
}

/** The edits of each place, the last place first, so that what is inside comes before what it is inside of. */
function* foldingEdits(written: Written): Generator<readonly Edit[]> {
  const nodes = [...walk(written.program)].map(({ node }) => node);
  for (const node of nodes.sort((a, b) => b.start - a.start)) {
    const edits = editsAt(written, node);
    if (edits !== undefined) yield edits;
  }
}

function editsAt(written: Written, node: Node): readonly Edit[] | undefined {
  for (const folding of foldings) {
    const edit = folding(written, node);
    if (edit !== undefined) return [edit];
  }
  return (
    decidedIf(written, node) ??
    idleStatement(written, node) ??
    flagConstant(written, node) ??
    flagFunction(written, node)
  );
}
