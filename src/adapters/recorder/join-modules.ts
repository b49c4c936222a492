import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Text by path, with the paths that the imports name. */
export type ModuleFiles = ReadonlyMap<string, string>;

type Import = { readonly from: string; readonly names: readonly string[] };
type Parsed = {
  readonly body: string;
  readonly imports: readonly Import[];
  readonly exports: readonly string[];
};

/**
 * One module instead of an entry and all that it imports, each in a function of its own: each file costs a process that loads
 * it a millisecond. For this project's own sources; throws at what it does not know, such as modules that import each other.
 */
export function joinModules(files: ModuleFiles, entry: string): string {
  const named = new Map<string, string>();
  const builtins = new Map<string, string>();
  const joined: string[] = [];
  const nameOf = (path: string, askers: readonly string[]): string => {
    const known = named.get(path);
    if (known !== undefined) return known;
    if (askers.includes(path))
      throw new Error(`expected modules in an order, found that ${path} imports itself`);
    const text = files.get(path);
    if (text === undefined) throw new Error(`expected ${path}, which ${askers.at(-1)} imports`);
    const { body, imports, exports } = parse(path, text);
    const taken = imports.map(({ from, names }) => {
      const source = from.startsWith('.')
        ? nameOf(posix.join(posix.dirname(path), from), [...askers, path])
        : builtin(from);
      return `const { ${names.join(', ')} } = ${source};`;
    });
    const name = `$${joined.length}`;
    joined.push(
      `const ${name} = (() => {\n${[...taken, body].join('\n')}\nreturn { ${exports.join(', ')} };\n})();`,
    );
    named.set(path, name);
    return name;
  };
  const builtin = (from: string): string => {
    const name = builtins.get(from) ?? `$${from.replace(/\W/g, '_')}`;
    builtins.set(from, name);
    return name;
  };
  nameOf(entry, []);
  const heads = [...builtins].map(([from, name]) => `const ${name} = $require('${from}');`);
  return `${[requiring, ...heads, ...joined].join('\n')}\n`;
}

// An import of a built-in module makes all that it exports, also what is loaded only when it is asked for: a tenth of a start.
const requiring =
  "import { createRequire as $createRequire } from 'node:module';\nconst $require = $createRequire(import.meta.url);";

function parse(path: string, text: string): Parsed {
  const { module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const imports = module.staticImports.map(({ moduleRequest, entries }) => ({
    from: moduleRequest.value,
    names: entries.map(({ importName, localName }) => {
      const name = importName.kind === 'Name' ? importName.name : undefined;
      if (name === null || name === undefined)
        throw new Error(`${path}: expected names, found a namespace or a default`);
      return name === localName.value ? name : `${name}: ${localName.value}`;
    }),
  }));
  const entries = module.staticExports.flatMap((each) => each.entries);
  const exports = entries.map(({ localName, moduleRequest, exportName }) => {
    if (moduleRequest !== null || localName.name === null || localName.name !== exportName.name)
      throw new Error(`${path}: expected exports of its own, by their own names`);
    return localName.name;
  });
  const keyword = 'export '.length;
  const cuts = [
    ...module.staticImports.map(({ start, end }) => [start, end] as const),
    ...module.staticExports.map(({ start }) => [start, start + keyword] as const),
  ];
  return { body: without(text, cuts), imports, exports };
}

function without(text: string, cuts: readonly (readonly [number, number])[]): string {
  let rest = text;
  for (const [start, end] of cuts.toSorted(([a], [b]) => b - a))
    rest = rest.slice(0, start) + rest.slice(end);
  return rest;
}
