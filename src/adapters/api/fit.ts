import { dirname } from 'node:path/posix';
import ts from 'typescript';

const maxDepth = 5;
const maxSteps = 200_000;

const printing =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.WriteTypeArgumentsOfSignature |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/**
 * Can a value of one type stand where the other is wanted? Types of the two versions that have one name count as one,
 * because each is compared on its own: asking the checker about two versions of a recursive type takes minutes.
 */
export class Fit {
  readonly #checker: ts.TypeChecker;
  readonly #generic: RegExp | undefined;
  #left = maxSteps;

  /** `generic`: the names of the package's own types that take parameters. */
  constructor(checker: ts.TypeChecker, generic: readonly string[]) {
    this.#checker = checker;
    const names = generic.filter((name) => /^\w+$/.test(name));
    this.#generic = names.length === 0 ? undefined : new RegExp(`\\b(${names.join('|')})<`);
  }

  fits(from: ts.Type, to: ts.Type, depth = 0): boolean {
    this.#left -= 1;
    if (this.#left < 0) throw new Error('it has more types than are compared');
    if (isAnything(to) || (from.flags & ts.TypeFlags.Any) !== 0 || areNamesakes(from, to)) return true;
    if (this.text(from) === this.text(to)) return true;
    if (depth > maxDepth) return this.#asks(from, to);
    if (from.isUnion()) return from.types.every((each) => this.fits(each, to, depth + 1));
    if (to.isUnion()) return to.types.some((each) => this.fits(from, each, depth + 1));
    return isPlain(this.#checker, from) && isPlain(this.#checker, to)
      ? this.#propertiesFit(from, to, depth)
      : this.#asks(from, to);
  }

  /** What it answers is certain: nothing but names and the checker were asked. */
  isSure(...types: readonly ts.Type[]): boolean {
    return !types.some((type) => this.#generic?.test(this.text(type)) === true);
  }

  text(type: ts.Type): string {
    return this.#checker.typeToString(type, undefined, printing);
  }

  #propertiesFit(from: ts.Type, to: ts.Type, depth: number): boolean {
    return this.#checker.getPropertiesOfType(to).every((wanted) => {
      const given = propertyLike(this.#checker, from, wanted);
      if (given === undefined) return isOptional(wanted);
      const [had, takes] = [given, wanted].map((each) => this.#checker.getTypeOfSymbol(each));
      return had === undefined || takes === undefined || this.fits(had, takes, depth + 1);
    });
  }

  #asks(from: ts.Type, to: ts.Type): boolean {
    return this.isSure(from, to) && this.#checker.isTypeAssignableTo(from, to);
  }
}

/** By its escaped name: those of symbols are not found by any other. */
export function propertyLike(
  checker: ts.TypeChecker,
  type: ts.Type,
  { escapedName }: ts.Symbol,
): ts.Symbol | undefined {
  return escapedName.toString().startsWith('__')
    ? checker.getPropertiesOfType(type).find((each) => each.escapedName === escapedName)
    : checker.getPropertyOfType(type, escapedName.toString());
}

export function isOptional({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Optional) !== 0;
}

export function isAnything({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
}

export function isObject({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
}

/** An object that is nothing but its properties. */
export function isPlain(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (!isObject(type) || isForeign(type) || isTuple(type)) return false;
  const called = [ts.SignatureKind.Call, ts.SignatureKind.Construct].some(
    (kind) => checker.getSignaturesOfType(type, kind).length > 0,
  );
  const properties = checker.getPropertiesOfType(type);
  return !called && properties.length > 0 && !properties.some(isLibrary);
}

function isTuple(type: ts.Type): boolean {
  return (
    type.symbol === undefined && !type.isIntersection() && type.aliasSymbol === undefined && 'target' in type
  );
}

/** Both are declared in the package, under one name. */
export function areNamesakes(a: ts.Type, b: ts.Type): boolean {
  return isNamed(a) && isNamed(b) && a.symbol.getName() === b.symbol.getName();
}

const named = ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.Enum;

function isNamed({ symbol }: ts.Type): boolean {
  return symbol !== undefined && (symbol.flags & named) !== 0 && !isLibrary(symbol);
}

/** Of the language or of the browser: the same on both sides. */
export function isForeign({ symbol }: ts.Type): boolean {
  return symbol !== undefined && isLibrary(symbol);
}

export function isLibrary({ declarations }: ts.Symbol): boolean {
  const [first] = declarations ?? [];
  return first !== undefined && dirname(first.getSourceFile().fileName) === '/typescript';
}
