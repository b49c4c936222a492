import ts from 'typescript';

type Declared = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration;

/** The types that files declare at their top, exported or not, by name; a name that is taken twice stands for none. */
export function unitsOf(
  checker: ts.TypeChecker,
  files: readonly ts.SourceFile[],
): ReadonlyMap<string, ts.Symbol> {
  const units = new Map<string, ts.Symbol | undefined>();
  for (const statement of files.flatMap((file) => file.statements)) {
    if (!isDeclared(statement) || statement.name === undefined) continue;
    const name = statement.name.text;
    const symbol = checker.getSymbolAtLocation(statement.name);
    units.set(name, units.has(name) && units.get(name) !== symbol ? undefined : symbol);
  }
  return new Map([...units].flatMap(([name, symbol]) => (symbol === undefined ? [] : [[name, symbol]])));
}

function isDeclared(node: ts.Node): node is Declared {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
}

export function isGenericType({ declarations }: ts.Symbol): boolean {
  return (declarations ?? []).some((node) => isDeclared(node) && (node.typeParameters?.length ?? 0) > 0);
}
