import ts from 'typescript';

type Edit = { readonly start: number; readonly end: number; readonly text: string };

/**
 * A declaration file without what makes two versions of one class differ by name alone: private members, `protected`,
 * unique symbols. Positions change; what it promises to who reads the public members does not.
 */
export function normaliseDeclarations(path: string, text: string): string {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const edits: Edit[] = [];
  const pending: ts.Node[] = [file];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const edit = editOf(node, file);
    if (edit !== undefined) edits.push(edit);
    if (edit === undefined || !ts.isClassElement(node) || edit.text !== '') {
      ts.forEachChild(node, (child) => {
        pending.push(child);
      });
    }
  }
  return apply(text, edits);
}

function editOf(node: ts.Node, file: ts.SourceFile): Edit | undefined {
  if (ts.isClassElement(node) && isPrivate(node)) return { ...span(node, file), text: '' };
  if (node.kind === ts.SyntaxKind.ProtectedKeyword) return { ...span(node, file), text: '' };
  if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.UniqueKeyword)
    return { ...span(node, file), text: 'symbol' };
  if (!ts.isComputedPropertyName(node)) return undefined;
  const name = node.expression.getText(file);
  const isKnown = ts.isStringLiteralLike(node.expression) || ts.isNumericLiteral(node.expression);
  if (isKnown || name.startsWith('Symbol.')) return undefined;
  return { ...span(node, file), text: JSON.stringify(`[${name}]`) };
}

function isPrivate(node: ts.ClassElement): boolean {
  if (ts.isConstructorDeclaration(node)) return false;
  if (node.name !== undefined && ts.isPrivateIdentifier(node.name)) return true;
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(isPrivateKeyword);
}

function isPrivateKeyword({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.PrivateKeyword;
}

function span(node: ts.Node, file: ts.SourceFile): { start: number; end: number } {
  return { start: node.getStart(file), end: node.getEnd() };
}

function apply(text: string, edits: readonly Edit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const { start, end, text: now } of edits.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(text.slice(at, start), now);
    at = end;
  }
  return [...parts, text.slice(at)].join('');
}
