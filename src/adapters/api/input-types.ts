import ts from 'typescript';

type Named = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** Names of types that clients make values of: they stand where a function takes something, or within such a type. */
export function inputTypes(files: readonly ts.SourceFile[]): ReadonlySet<string> {
  const declared = new Map<string, Named[]>();
  const pending: { node: ts.Node; input: boolean }[] = [];
  for (const statement of files.flatMap((file) => file.statements)) {
    pending.push({ node: statement, input: false });
    if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) continue;
    declared.set(statement.name.text, [...(declared.get(statement.name.text) ?? []), statement]);
  }
  const inputs = new Set<string>();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { node, input } = item;
    const name = input ? nameOf(node) : undefined;
    if (name !== undefined && !inputs.has(name)) {
      inputs.add(name);
      // What a callback takes is given to the client, and what it answers is the client's.
      for (const each of declared.get(name) ?? []) pending.push({ node: each, input: true });
    }
    // A parameter turns the direction round.
    const below = ts.isParameter(node) ? !input : input;
    ts.forEachChild(node, (child) => {
      pending.push({ node: child, input: below });
    });
  }
  return inputs;
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isTypeReferenceNode(node)) return lastName(node.typeName);
  if (ts.isExpressionWithTypeArguments(node) && ts.isIdentifier(node.expression)) return node.expression.text;
  return undefined;
}

function lastName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : name.right.text;
}
