import ts from 'typescript';
import type {
  AskedFunction,
  CallShape,
  DeclaredFunction,
  ParameterQuestion,
} from '../../domain/parameter-types.ts';
import { type Side, VirtualPackages } from './program.ts';
import { TypeShapes } from './type-shapes.ts';

/** How each function that is asked for may be called. DANGER: hostile types make the checker hang: call it in a child process only. */
export function parameterShapes(question: ParameterQuestion): readonly DeclaredFunction[] {
  const { functions } = question;
  const packages = new VirtualPackages(question.name);
  for (const file of question.old) packages.add('old', file);
  for (const file of question.now) packages.add('now', file);
  const [old, now] = (['old', 'now'] as const).map((side) => readSide(packages, side, question));
  return functions.map((_, at) => ({ old: old?.[at] ?? [], now: now?.[at] ?? [] }));
}

/** A program for each side: what both say of a module by its name would else be one. */
function readSide(
  packages: VirtualPackages,
  side: Side,
  { name, functions }: ParameterQuestion,
): readonly (readonly CallShape[])[] {
  const files = functions.map(({ steps: [specifier] }) =>
    packages.declarations(side, specifier === name ? '.' : `.${specifier.slice(name.length)}`),
  );
  const reader = new Reader(packages.program([...new Set(files.flatMap((file) => file ?? []))]));
  return functions.map((asked, at) => reader.read(files[at], asked));
}

class Reader {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #shapes: TypeShapes;

  constructor(program: ts.Program) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#shapes = new TypeShapes(this.#checker);
  }

  read(
    path: string | undefined,
    { kind, steps: [specifier, ...names] }: AskedFunction,
  ): readonly CallShape[] {
    const file = path === undefined ? undefined : this.#program.getSourceFile(path);
    const module = file && (this.#checker.getSymbolAtLocation(file) ?? this.#ambient(specifier));
    const type = module && this.#typeAt(module, names);
    if (type === undefined) return [];
    const wanted = kind === 'call' ? ts.SignatureKind.Call : ts.SignatureKind.Construct;
    return this.#checker.getSignaturesOfType(type, wanted).map((each) => this.#shapes.ofSignature(each));
  }

  /** `declare module 'NAME'` */
  #ambient(specifier: string): ts.Symbol | undefined {
    return this.#checker.getAmbientModules().find((each) => each.getName() === JSON.stringify(specifier));
  }

  /** `require` answers the default of a module that is compiled for it, or the module as one value. */
  #typeAt(module: ts.Symbol, names: readonly string[]): ts.Type | undefined {
    const whole = this.#exported(module, 'export=') ?? this.#exported(module, 'default');
    const [first, ...rest] = names;
    const own = first === undefined ? undefined : this.#exported(module, first);
    const start = own ?? whole;
    if (start === undefined) return undefined;
    const left = own !== undefined || first === 'default' ? rest : names;
    return this.#below(this.#checker.getTypeOfSymbol(start), left);
  }

  #below(type: ts.Type, names: readonly string[]): ts.Type | undefined {
    let found: ts.Type | undefined = type;
    for (const name of names) {
      const property: ts.Symbol | undefined = found && this.#checker.getPropertyOfType(found, name);
      found = property && this.#checker.getTypeOfSymbol(property);
    }
    return found;
  }

  /** A value; a type of that name is none. */
  #exported(module: ts.Symbol, name: string): ts.Symbol | undefined {
    const symbol =
      name === 'export='
        ? module.exports?.get(ts.InternalSymbolName.ExportEquals)
        : this.#checker.getExportsOfModule(module).find((each) => each.getName() === name);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return target !== undefined && (target.flags & ts.SymbolFlags.Value) !== 0 ? target : undefined;
  }
}
