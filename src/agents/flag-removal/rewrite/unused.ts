import { child, children, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { isInert, type Knowing } from '../../../flag-off/inert.ts';
import { declaredBy, mentions } from '../../../flag-off/names.ts';
import { removeLines, withComments } from './lines.ts';
import { type Edit, endOf, type Written } from './written.ts';

/** What the text was before, and what is known of its names. */
export type Before = { readonly mentions: ReadonlyMap<string, number>; readonly knowing: Knowing };

type Asked = {
  readonly written: Written;
  readonly before: Before;
  readonly now: ReadonlyMap<string, number>;
};

/** Imports and declarations that nothing uses any more, although something did before. */
export function* dropUnused(written: Written, before: Before): Generator<readonly Edit[]> {
  const asked = { written, before, now: mentions(written.program) };
  for (const { node, parent } of walk(written.program)) {
    if (parent?.type.startsWith('Export') === true) continue;
    const edit = dropIn(asked, node);
    if (edit !== undefined) yield [edit];
  }
}

const types = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration']);

function dropIn(asked: Asked, node: Node): Edit | undefined {
  if (node.type === 'ImportDeclaration') return dropSpecifier(asked, node);
  if (node.type === 'VariableDeclaration') return dropDeclarator(asked, node);
  const drops = /^(Function|Class)Declaration$/.test(node.type)
    ? isInert(node, asked.before.knowing)
    : types.has(node.type);
  return drops && isUnused(asked, node, declaredBy(node)) ? dropLines(asked, node) : undefined;
}

function isUnused({ before, now }: Asked, node: Node, names: readonly string[]): boolean {
  const own = mentions(node);
  return (
    names.length > 0 &&
    names.every(
      (name) => now.get(name) === own.get(name) && (before.mentions.get(name) ?? 0) > (now.get(name) ?? 0),
    )
  );
}

function dropSpecifier(asked: Asked, node: Node): Edit | undefined {
  const all = children(node, 'specifiers');
  const isGone = (one: Node) => isUnused(asked, one, [identifier(child(one, 'local')) ?? ''].filter(Boolean));
  const left = all.filter((one) => !isGone(one));
  if (left.length === all.length) return undefined;
  if (left.length === 0) return removeLines(asked.written.text, { start: node.start, end: endOf(node) });
  const source = child(node, 'source');
  const { text } = asked.written;
  const clause = { start: all[0]?.start ?? 0, end: source?.start ?? 0 };
  // `import client, { type Options } from`: the braces are no node.
  const from = text.slice(0, clause.end).lastIndexOf('from');
  const open = text.slice(node.start, clause.start).lastIndexOf('{');
  return {
    start: open === -1 ? clause.start : node.start + open,
    end: from,
    text: `${clauseOf(text, left)} `,
  };
}

function clauseOf(text: string, specifiers: readonly Node[]): string {
  const written = (one: Node) => text.slice(one.start, endOf(one));
  // `import { type T }` would still load the file.
  if (specifiers.every(({ importKind }) => importKind === 'type'))
    return `type { ${specifiers.map((one) => written(one).replace(/^type\s+/, '')).join(', ')} }`;
  const named = specifiers.filter(({ type }) => type === 'ImportSpecifier').map(written);
  const plain = specifiers.filter(({ type }) => type !== 'ImportSpecifier').map(written);
  return [...plain, ...(named.length === 0 ? [] : [`{ ${named.join(', ')} }`])].join(', ');
}

function dropDeclarator(asked: Asked, node: Node): Edit | undefined {
  const { written, before } = asked;
  const all = children(node, 'declarations');
  for (const one of all) {
    const alone = { ...node, declarations: [one] };
    if (!isInert(alone, before.knowing, written.placeOf(node)?.parent.type === 'Program')) continue;
    const isWhole = isUnused(asked, one, declaredBy(alone));
    if (isWhole && all.length === 1) return dropLines(asked, node);
    if (isWhole) return dropFrom(all, one);
    const names = children(child(one, 'id') ?? one, 'properties');
    const gone = names.find((name) =>
      isUnused(asked, name, [identifier(child(name, 'value')) ?? ''].filter(Boolean)),
    );
    if (gone === undefined) continue;
    if (names.length > 1) return dropFrom(names, gone);
    return all.length === 1 ? dropLines(asked, node) : dropFrom(all, one);
  }
  return undefined;
}

function dropFrom(all: readonly Node[], one: Node): Edit {
  const at = all.indexOf(one);
  const [before, after] = [all[at - 1], all[at + 1]];
  if (before !== undefined) return { start: endOf(before), end: endOf(one), text: '' };
  return { start: one.start, end: after?.start ?? endOf(one), text: '' };
}

function dropLines({ written: { text } }: Asked, node: Node): Edit {
  return removeLines(text, withComments(text, { start: node.start, end: endOf(node) }));
}
