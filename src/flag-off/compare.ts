import type { Difference, FlagAnswer, FlagDoubt, FlagQuestion } from '../domain/flag-off.ts';
import type { Node } from '../domain/syntax-tree.ts';
import { parting } from './difference.ts';
import type { Evaluation } from './flags.ts';
import { fold } from './fold.ts';
import { checkLoads } from './loads.ts';
import { mentions } from './names.ts';
import { besideTrees, exportedNames } from './only-removes.ts';
import { propagateAll } from './propagate.ts';
import { prune } from './prune.ts';
import { doubt, lineOf, type Pair, type ParseProgram, readSide, type Side } from './side.ts';
import { strip } from './strip.ts';
import { flattened, withoutDead } from './tidy.ts';
import { rewrite } from './tree.ts';

/**
 * What is left of a change when the flags that it adds are off; or, the dual, whether it is the old version with the flags
 * that it removes at one value. Throws an Error for text that does not parse. */
export function answerFlags(question: FlagQuestion, parse: ParseProgram): FlagAnswer {
  const pairs = question.files.map(({ path, base, head }): Pair => {
    const side = (text: string) => readSide(path, text, question, parse);
    return { path, base: side(base), head: side(head) };
  });
  const before = keysOf(pairs.map(({ base }) => base));
  const after = keysOf(pairs.map(({ head }) => head));
  const added = [...after].filter((key) => !before.has(key));
  const removed = [...before].filter((key) => !after.has(key));
  const keys = new Set(added);
  const asked = pairs.flatMap((pair) => newEvaluations(pair, keys));
  const unclear = asked.flatMap(({ side, found }) =>
    found.why === undefined ? [] : [doubt(side, found.start, found.why)],
  );
  const onByDefault = asked.flatMap(({ side, found }) =>
    found.why === undefined && found.fallback !== false
      ? [doubt(side, found.start, `${found.key ?? ''} is not false by default`)]
      : [],
  );
  const none = {
    added,
    removed,
    onByDefault,
    doubts: unclear,
    off: undefined,
    restores: undefined,
    on: undefined,
    wants: [],
  };
  if (unclear.length > 0) return none;
  const loads = (all: readonly Pair[]) =>
    checkLoads(all, question, (path, text) => readSide(path, text, question, parse));
  if (added.length > 0) {
    const off = firstDifference(pairs, { keys, value: false, removes: false });
    return off === undefined ? { ...none, ...loads(pairs) } : { ...none, off };
  }
  if (removed.length === 0) return none;
  const turned = pairs.map(({ path, base, head }): Pair => ({ path, base: head, head: base }));
  const gone = new Set(removed);
  const strange = [...turned.flatMap(({ head }) => unclearOf(head, gone)), ...besideTrees(pairs)];
  if (strange.length > 0) return { ...none, doubts: strange };
  const at = (value: boolean) => firstDifference(turned, { keys: gone, value, removes: true });
  const on = at(true);
  if (on === undefined) return { ...none, restores: 'on', ...loads(turned) };
  if (at(false) === undefined) return { ...none, restores: 'off', ...loads(turned) };
  return { ...none, restores: 'neither', on: turnedBack(on) };
}

/** The versions of a removal are compared the other way round. */
function turnedBack({ path, oldLine, newLine, old, new: now }: Difference): Difference {
  return { path, oldLine: newLine, newLine: oldLine, old: now, new: old };
}

function keysOf(sides: readonly Side[]): ReadonlySet<string> {
  return new Set(sides.flatMap(({ reader }) => reader.evaluations().flatMap(({ key }) => key ?? [])));
}

/** Those of new flags, and those that are not understood and were not there before. */
function newEvaluations(
  { base, head }: Pair,
  keys: ReadonlySet<string>,
): readonly { side: Side; found: Evaluation }[] {
  const unclear = (side: Side) =>
    side.reader.evaluations().filter(({ key, why }) => key === undefined && why !== undefined);
  const more = unclear(head).length > unclear(base).length;
  return head.reader.evaluations().flatMap((found) => {
    const isNew = found.key === undefined ? more && found.why !== undefined : keys.has(found.key);
    return isNew ? [{ side: head, found }] : [];
  });
}

function unclearOf(side: Side, keys: ReadonlySet<string>): readonly FlagDoubt[] {
  return side.reader
    .evaluations()
    .flatMap(({ key, why, start }) =>
      why !== undefined && keys.has(key ?? '') ? [doubt(side, start, why)] : [],
    );
}

type Supposed = {
  readonly keys: ReadonlySet<string>;
  readonly value: boolean;
  /** The head is the old version: what it exports, files that do not change may use. */
  readonly removes: boolean;
};

/** Where the head with these flags at one value is not the base. */
function firstDifference(pairs: readonly Pair[], supposed: Supposed): Difference | undefined {
  for (const { path, base, head } of pairs) {
    // What only the head has is judged by who loads it.
    if (base.text === '') continue;
    const found = parting(withFlags(head, base, supposed), flattened(withoutDead(strip(base.program))));
    if (found === undefined) continue;
    const [now, old] = [found.left, found.right];
    return {
      path,
      oldLine: old && lineOf(base.text, old.start),
      newLine: now && lineOf(head.text, now.start),
      old: old === undefined ? '' : excerpt(base.text, old.start),
      new: now === undefined ? '' : excerpt(head.text, now.start),
    };
  }
  return undefined;
}

function excerpt(text: string, start: number): string {
  return (text.split('\n')[lineOf(text, start) - 1] ?? '').trim().slice(0, 160);
}

const mostRounds = 40;

function withFlags(side: Side, other: Side, { keys, value, removes }: Supposed): Node {
  const { reader } = side;
  const known = mentions(other.program);
  const exported = removes ? exportedNames(side.program) : new Set<string>();
  const pruning = {
    isNew: (name: string) => !known.has(name) && !exported.has(name),
    isKnown: reader.isKnown,
    isClient: reader.isClient,
  };
  let program = strip(rewrite(side.program, (node) => reader.replaceIn(node, keys, value)));
  let shape = '';
  for (let round = 0; round < mostRounds; round += 1) {
    program = prune(withoutDead(propagateAll(fold(program, reader.isKnown))), pruning);
    const next = JSON.stringify(program, (_, field: unknown) =>
      typeof field === 'bigint' ? String(field) : field,
    );
    if (next === shape) break;
    shape = next;
  }
  return flattened(program);
}
