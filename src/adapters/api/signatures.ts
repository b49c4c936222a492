import ts from 'typescript';

/** The type of the argument at a place; undefined: the function takes none there. */
export function parameterAt(
  checker: ts.TypeChecker,
  signature: ts.Signature,
  at: number,
): ts.Type | undefined {
  const { parameters } = signature;
  const own = parameters[at];
  const last = parameters.at(-1);
  const isRestOwn = own !== undefined && own === last && isRest(own);
  if (own !== undefined && !isRestOwn) return checker.getTypeOfSymbol(own);
  if (last === undefined || !isRest(last)) return undefined;
  return checker.getIndexTypeOfType(checker.getTypeOfSymbol(last), ts.IndexKind.Number);
}

/** How many arguments a call needs at least. */
export function leastArguments(checker: ts.TypeChecker, { parameters }: ts.Signature): number {
  return parameters.findLastIndex((parameter) => !isOptional(checker, parameter)) + 1;
}

export function isRest(parameter: ts.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  return declaration !== undefined && ts.isParameter(declaration) && declaration.dotDotDotToken !== undefined;
}

function isOptional(checker: ts.TypeChecker, parameter: ts.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  if (declaration === undefined || !ts.isParameter(declaration)) return true;
  return declaration.dotDotDotToken !== undefined || checker.isOptionalParameter(declaration);
}

export function isGeneric({ typeParameters }: ts.Signature): boolean {
  return typeParameters !== undefined && typeParameters.length > 0;
}
