import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallExpression, type Expression, parseSync, Visitor } from 'oxc-parser';
import { type RiskId, riskIds } from '../../src/testing/covers.ts';

/** A test, or a group of them, that says which risks it covers. */
export type Tag = {
  readonly file: string;
  /** With those of the groups around it. */
  readonly name: string;
  readonly risks: readonly RiskId[];
};

/** By file, then in the order in which they stand. Throws where a tag says nothing that holds. */
export function readTags(root: string): readonly Tag[] {
  const files = globSync('{src,test,bench}/**/*.test.ts', { cwd: root }).toSorted();
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return text.includes('covers(') ? tagsIn(file, text) : [];
  });
}

const groups: ReadonlySet<string> = new Set(['describe', 'it', 'test']);
/** What has a test not run, or run for being wrong. */
const idle: ReadonlySet<string> = new Set(['skip', 'todo', 'fails', 'skipIf', 'runIf']);

export function tagsIn(file: string, text: string): readonly Tag[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse`);
  const tags: Tag[] = [];
  const around: { readonly name: string; readonly words: readonly string[] }[] = [];
  new Visitor({
    CallExpression(call) {
      const words = wordsOf(call.callee);
      if (groups.has(words[0] ?? '')) around.push({ name: nameOf(call, text), words });
      if (words.join() !== 'covers') return;
      const inner = around.at(-1);
      if (inner === undefined) throw new Error(`${file}: covers() stands in no describe and no it`);
      if (around.some((one) => one.words.some((word) => idle.has(word))))
        throw new Error(`${file}: "${inner.name}" may not run, so it covers nothing`);
      tags.push({ file, name: around.map(({ name }) => name).join(' > '), risks: risksOf(call, file) });
    },
    'CallExpression:exit'(call) {
      if (groups.has(wordsOf(call.callee)[0] ?? '')) around.pop();
    },
  }).visit(program);
  return tags;
}

/** `it.each(table)(…)` is `it`, `each`. */
function wordsOf(callee: Expression | { readonly type: 'Super' }): readonly string[] {
  if (callee.type === 'Identifier') return [callee.name];
  if (callee.type === 'CallExpression') return wordsOf(callee.callee);
  if (callee.type === 'TaggedTemplateExpression') return wordsOf(callee.tag);
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
    return [];
  return [...wordsOf(callee.object), callee.property.name];
}

function nameOf({ arguments: [first] }: CallExpression, text: string): string {
  if (first?.type === 'Literal' && typeof first.value === 'string') return first.value;
  return first === undefined ? '' : text.slice(first.start + 1, first.end - 1);
}

function risksOf({ arguments: risks }: CallExpression, file: string): readonly RiskId[] {
  return risks.map((one) => {
    const risk = riskIds.find((id) => one.type === 'Literal' && one.value === id);
    if (risk === undefined) throw new Error(`${file}: covers() names risks as they are: covers('LLM01')`);
    return risk;
  });
}
