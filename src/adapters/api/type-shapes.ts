import ts from 'typescript';
import type { CallShape, TypedProperty, TypeShape } from '../../domain/parameter-types.ts';
import { isForeign } from './fit.ts';
import { isRest, parameterAt } from './signatures.ts';

const maxDepth = 5;
/** Of one package: what comes after counts as anything. */
const maxTypes = 20_000;
const maxMembers = 200;

const anything: TypeShape = { kind: 'anything' };
const nothing: TypeShape = { kind: 'nothing' };

/** Writes declared types as plain data. What cannot be followed is anything: nobody may take it for a promise. */
export class TypeShapes {
  readonly #checker: ts.TypeChecker;
  #left = maxTypes;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  ofSignature(signature: ts.Signature): CallShape {
    const last = signature.parameters.at(-1);
    const hasRest = last !== undefined && isRest(last);
    const own = hasRest ? signature.parameters.slice(0, -1) : signature.parameters;
    const parameters = own.map((parameter) => ({
      type: this.of(this.#checker.getTypeOfSymbol(parameter), 0),
      optional: this.#isOptional(parameter),
    }));
    const rest = hasRest ? parameterAt(this.#checker, signature, signature.parameters.length - 1) : undefined;
    return { parameters, ...(hasRest && { rest: rest === undefined ? anything : this.of(rest, 0) }) };
  }

  of(type: ts.Type, depth: number): TypeShape {
    this.#left -= 1;
    if (depth > maxDepth || this.#left < 0) return anything;
    const plain = primitive(type) ?? literal(type);
    if (plain !== undefined) return plain;
    if (type.isUnion()) return this.#union(type.types, depth);
    if (type.isIntersection()) return this.#intersection(type, depth);
    if ((type.flags & ts.TypeFlags.Object) !== 0) return this.#object(type, depth);
    const bound = this.#checker.getBaseConstraintOfType(type);
    return bound === undefined || bound === type ? anything : this.of(bound, depth + 1);
  }

  #union(types: readonly ts.Type[], depth: number): TypeShape {
    if (types.length > maxMembers) return anything;
    return { kind: 'union', of: types.map((each) => this.of(each, depth)) };
  }

  /** `string & {}` is a string that editors complete. */
  #intersection(type: ts.IntersectionType, depth: number): TypeShape {
    const text = type.types.find(({ flags }) => (flags & ts.TypeFlags.String) !== 0);
    const isOpen = (each: ts.Type) => each === text || this.#checker.getPropertiesOfType(each).length === 0;
    if (text !== undefined) return type.types.every(isOpen) ? { kind: 'string' } : nothing;
    return this.#object(type, depth);
  }

  #object(type: ts.Type, depth: number): TypeShape {
    if (this.#isCalled(type)) return nothing;
    const isFixed = this.#checker.isTupleType(type);
    if (isFixed || this.#checker.isArrayType(type)) return this.#list(type, isFixed, depth);
    if (isForeign(type) && !isMapped(type))
      return { kind: type.symbol.getName() === 'Date' ? 'date' : 'nothing' };
    if (type.isClass() || isInstance(type)) return nothing;
    const properties = this.#checker.getPropertiesOfType(type);
    const index = this.#checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (properties.length === 0 && index === undefined) return anything;
    if (properties.length > maxMembers) return anything;
    const others = index === undefined ? {} : { others: this.of(index, depth + 1) };
    return { kind: 'object', properties: properties.map((each) => this.#property(each, depth)), ...others };
  }

  #property(symbol: ts.Symbol, depth: number): TypedProperty {
    const type = this.of(this.#checker.getTypeOfSymbol(symbol), depth + 1);
    return { name: symbol.getName(), optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0, type };
  }

  #list(type: ts.Type, isFixed: boolean, depth: number): TypeShape {
    const of = this.#checker.getTypeArguments(type as ts.TypeReference);
    const [first] = of;
    if (!isFixed) return { kind: 'list', of: first === undefined ? anything : this.of(first, depth + 1) };
    const { target } = type as ts.TupleTypeReference;
    if (target.minLength !== of.length || target.hasRestElement) return anything;
    return { kind: 'tuple', of: of.map((each) => this.of(each, depth + 1)) };
  }

  #isCalled(type: ts.Type): boolean {
    return [ts.SignatureKind.Call, ts.SignatureKind.Construct].some(
      (kind) => this.#checker.getSignaturesOfType(type, kind).length > 0,
    );
  }

  #isOptional(parameter: ts.Symbol): boolean {
    const { valueDeclaration } = parameter;
    if (valueDeclaration === undefined || !ts.isParameter(valueDeclaration)) return false;
    return this.#checker.isOptionalParameter(valueDeclaration);
  }
}

function primitive({ flags }: ts.Type): TypeShape | undefined {
  if ((flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive)) !== 0) return anything;
  if ((flags & (ts.TypeFlags.Never | ts.TypeFlags.ESSymbolLike | ts.TypeFlags.TemplateLiteral)) !== 0)
    return nothing;
  if ((flags & ts.TypeFlags.Boolean) !== 0) return { kind: 'boolean' };
  if ((flags & ts.TypeFlags.String) !== 0) return { kind: 'string' };
  if ((flags & ts.TypeFlags.Number) !== 0) return { kind: 'number' };
  if ((flags & ts.TypeFlags.BigIntLike) !== 0) return { kind: 'bigint' };
  if ((flags & ts.TypeFlags.Null) !== 0) return { kind: 'null' };
  return (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0 ? { kind: 'undefined' } : undefined;
}

/** Members of enumerations have values too. */
function literal(type: ts.Type): TypeShape | undefined {
  if (type.isStringLiteral() || type.isNumberLiteral()) return { kind: 'literal', value: type.value };
  if ((type.flags & ts.TypeFlags.BooleanLiteral) === 0) return undefined;
  return { kind: 'literal', value: (type as ts.Type & { intrinsicName?: string }).intrinsicName === 'true' };
}

function isMapped(type: ts.Type): boolean {
  return 'objectFlags' in type && (Number(type.objectFlags) & ts.ObjectFlags.Mapped) !== 0;
}

/** Of a class with parameters. */
function isInstance({ symbol }: ts.Type): boolean {
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Class) !== 0;
}
