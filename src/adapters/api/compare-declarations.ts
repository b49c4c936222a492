import ts from 'typescript';
import type { ApiBreak, ApiQuestion } from '../../domain/api.ts';
import { Fit } from './fit.ts';
import { inputTypes } from './input-types.ts';
import { rootOf, type Side, VirtualPackages } from './program.ts';
import { type Difference, Relation } from './relate.ts';
import { isGenericType, unitsOf } from './units.ts';

export type DeclaredComparison = {
  readonly breaks: readonly ApiBreak[];
  /** Subpaths that both sides declare. */
  readonly seen: readonly string[];
  readonly foreign: readonly string[];
};

type Way = { readonly subpath: string; readonly old: string; readonly now: string };

/** Compares the declarations of two versions. Throws when there is more than is ever compared. DANGER: hostile types make the checker hang: call it in a child process only. */
export function compareDeclarations(question: ApiQuestion): DeclaredComparison {
  const packages = new VirtualPackages(question.name);
  for (const file of question.old) packages.add('old', file);
  for (const file of question.now) packages.add('now', file);
  const found = question.subpaths.map((subpath) => ({
    subpath,
    old: packages.declarations('old', subpath),
    now: packages.declarations('now', subpath),
  }));
  const lost = found.flatMap(({ subpath, old, now }) =>
    old !== undefined && now === undefined ? [typesRemoved(subpath)] : [],
  );
  const ways = found.flatMap(({ subpath, old, now }) =>
    old === undefined || now === undefined ? [] : [{ subpath, old, now }],
  );
  if (ways.length === 0) return { breaks: lost, seen: [], foreign: [] };
  const walk = new Walk(packages.program(ways.flatMap(({ old, now }) => [old, now])), question.name);
  const seen = ways.filter((way) => walk.isModule(way));
  const breaks = [...lost, ...seen.flatMap((way) => walk.compare(way)), ...walk.compareUnits()];
  return { breaks, seen: seen.map(({ subpath }) => subpath), foreign: walk.foreign() };
}

function typesRemoved(subpath: string): ApiBreak {
  return {
    kind: 'types-removed',
    level: 'type',
    subpath,
    name: '',
    place: '',
    detail: 'its declarations are gone',
  };
}

class Walk {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #relation: Relation;
  readonly #name: string;
  readonly #inputs: ReadonlySet<string>;
  readonly #compared = new Set<ts.Symbol>();

  constructor(program: ts.Program, name: string) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#name = name;
    const units = [
      ...unitsOf(this.#checker, this.#files('old')),
      ...unitsOf(this.#checker, this.#files('now')),
    ];
    const generic = units.filter(([, symbol]) => isGenericType(symbol)).map(([unit]) => unit);
    this.#relation = new Relation(this.#checker, new Fit(this.#checker, generic));
    this.#inputs = inputTypes(this.#files('now'));
  }

  isModule({ old, now }: Way): boolean {
    return this.#module(old) !== undefined && this.#module(now) !== undefined;
  }

  compare(way: Way): readonly ApiBreak[] {
    const [old, now] = [this.#exports(way.old), this.#exports(way.now)];
    return [...old].flatMap(([name, symbol]) => {
      const target = this.#target(symbol);
      const level = isValue(target) ? ('value' as const) : ('type' as const);
      const found = this.#bounded(this.#symbol(name, target, now.get(name)));
      return found.map((each) => ({ ...each, level, subpath: way.subpath, name }));
    });
  }

  /** Types that are not exported, but that exported ones are written with. */
  compareUnits(): readonly ApiBreak[] {
    const now = unitsOf(this.#checker, this.#files('now'));
    return [...unitsOf(this.#checker, this.#files('old'))].flatMap(([name, old]) => {
      const counterpart = now.get(name);
      if (counterpart === undefined || this.#compared.has(old)) return [];
      const found = this.#bounded(this.#types(name, old, counterpart));
      return found.map((each) => ({ ...each, level: 'type' as const, subpath: '.', name: '' }));
    });
  }

  /** Modules of other packages that the declarations name. */
  foreign(): readonly string[] {
    const names = this.#files('now').flatMap(({ text }) =>
      ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
    );
    return [...new Set(names.filter((name) => !name.startsWith('.')))];
  }

  #bounded(differences: readonly Difference[]): readonly Difference[] {
    if (this.#relation.exhausted) throw new Error('it has more types than are compared');
    return [...new Map(differences.map((each) => [`${each.kind} ${each.place}`, each])).values()];
  }

  #files(side: Side): readonly ts.SourceFile[] {
    const root = `${rootOf(side, this.#name)}/`;
    return this.#program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(root));
  }

  #module(path: string): ts.Symbol | undefined {
    const file = this.#program.getSourceFile(path);
    return file && this.#checker.getSymbolAtLocation(file);
  }

  /** By name; a module that is one value has the name `export=` for it. */
  #exports(path: string): ReadonlyMap<string, ts.Symbol> {
    const module = this.#module(path);
    if (module === undefined) return new Map();
    const whole = module.exports?.get(ts.InternalSymbolName.ExportEquals);
    const all = this.#checker.getExportsOfModule(module).map((each) => [each.getName(), each] as const);
    return new Map([...all, ...(whole === undefined ? [] : [['export=', whole] as const])]);
  }

  #symbol(name: string, old: ts.Symbol, counterpart: ts.Symbol | undefined): readonly Difference[] {
    const kind = isValue(old) ? 'export-removed' : 'type-removed';
    if (counterpart === undefined) return [{ kind, place: name, detail: `${name} is gone` }];
    const now = this.#target(counterpart);
    // It comes from another package.
    if (old.declarations === undefined || now.declarations === undefined) return [];
    if (isValue(old) && !isValue(now))
      return [{ kind: 'export-removed', place: name, detail: `${name} is gone, but for its type` }];
    if (isType(old) && !isType(now))
      return [{ kind: 'type-removed', place: name, detail: `${name} is gone as a type` }];
    const values = isValue(old)
      ? this.#relation.compare(this.#checker.getTypeOfSymbol(old), this.#checker.getTypeOfSymbol(now), {
          place: name,
          depth: 0,
        })
      : [];
    return [...values, ...this.#types(name, old, now)];
  }

  #target(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }

  /** Clients make values of an interface as well as read them: of what it is read for, only what is gone is certain. */
  #types(name: string, old: ts.Symbol, now: ts.Symbol): readonly Difference[] {
    if (!isType(old) || !isType(now) || this.#compared.has(old)) return [];
    this.#compared.add(old);
    const before = this.#checker.getDeclaredTypeOfSymbol(old);
    const after = this.#checker.getDeclaredTypeOfSymbol(now);
    const read = this.#relation.compare(before, after, { place: name, depth: 0 });
    if (isClass(old)) return read;
    const certain = read.map((each) => (each.kind === 'member-removed' ? each : softened(each)));
    const isInput = this.#inputs.has(now.getName());
    const made = isInput ? this.#relation.compareInput(before, after, name) : [];
    const isGeneric = isGenericType(old) || isGenericType(now);
    return [...certain, ...made.map((each) => (isGeneric ? softened(each) : each))];
  }
}

function softened(difference: Difference): Difference {
  return { ...difference, kind: 'type-widened' };
}

function isValue({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Value) !== 0;
}

function isType({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Type) !== 0;
}

function isClass({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Class) !== 0;
}
