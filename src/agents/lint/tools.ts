import { hostileObjectIn, isRecord } from '../../domain/npm/hostile-json.ts';

type Argv = readonly [string, ...string[]];

type Tool = {
  readonly name: string;
  /** The package that brings it. */
  readonly pkg: string;
  /** What makes it mend what is safe, and nothing else. */
  readonly fix: readonly string[];
  /** What makes it lay the text out anew, and nothing else; null: nothing does. */
  readonly layout: readonly string[] | null;
  /** Options of the project's own scripts that say which files, or by which rules. Each takes a value. */
  readonly keeps: readonly string[];
  /** Whether it is run though no script names it. */
  readonly byItself: boolean;
};

/** In the order in which they run: who lays out the text comes last. */
const tools: readonly Tool[] = [
  {
    name: 'eslint',
    pkg: 'eslint',
    // Kind `problem` may change what a program does, and `directive` removes comments that tools obey.
    fix: ['--fix', '--fix-type', 'suggestion,layout'],
    layout: ['--fix', '--fix-type', 'layout'],
    keeps: ['-c', '--config', '--ext', '--ignore-path', '--ignore-pattern'],
    byItself: true,
  },
  { name: 'standard', pkg: 'standard', fix: ['--fix'], layout: null, keeps: [], byItself: true },
  {
    name: 'biome',
    pkg: '@biomejs/biome',
    fix: ['check', '--write'],
    layout: ['format', '--write'],
    keeps: ['--config-path'],
    byItself: true,
  },
  // It is often there for an editor alone, and lays out all that it is shown.
  {
    name: 'prettier',
    pkg: 'prettier',
    fix: ['--write', '--ignore-unknown'],
    layout: ['--write', '--ignore-unknown'],
    keeps: ['--config', '--ignore-path'],
    byItself: false,
  },
];

export type Tools = {
  /** All that is safe. */
  readonly all: readonly Argv[];
  /** For files of which the rest cannot be shown to be safe. */
  readonly layout: readonly Argv[];
};

/** How the linters and formatters that a package.json names mend what is safe. */
export function toolsIn(manifest: string): Tools {
  const value = hostileObjectIn(manifest);
  if (value === undefined) return { all: [], layout: [] };
  const names = new Set([value.dependencies, value.devDependencies].filter(isRecord).flatMap(Object.keys));
  const scripts = isRecord(value.scripts) ? Object.values(value.scripts) : [];
  const calls = scripts.flatMap((script) => (typeof script === 'string' ? callsIn(script) : []));
  const found = tools.flatMap((tool) => {
    const own = calls.find(([name]) => name === tool.name);
    const isUsed = names.has(tool.pkg) && (own !== undefined || tool.byItself);
    return isUsed ? [{ tool, places: placesOf(own?.slice(1) ?? [], tool) }] : [];
  });
  const argv = ({ name }: Tool, how: readonly string[], places: readonly string[]): Argv => [
    `node_modules/.bin/${name}`,
    ...how,
    ...places,
  ];
  return {
    all: found.map(({ tool, places }) => argv(tool, tool.fix, places)),
    layout: found.flatMap(({ tool, places }) =>
      tool.layout === null ? [] : [argv(tool, tool.layout, places)],
    ),
  };
}

/** The commands of a script, as words; none of one that a shell would have to read. */
function callsIn(script: string): readonly (readonly string[])[] {
  if (script.length > 2_000) return [];
  return script.split(/&&|\|\||;/).flatMap((part) => {
    const words = [...part.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
      ([, double, single, plain]) => double ?? single ?? plain ?? '',
    );
    const rest = words[0] === 'npx' ? words.slice(1) : words;
    return rest.length === 0 || rest.some((word) => /[$`<>|&\\]/.test(word)) ? [] : [rest];
  });
}

/** The options that `keeps` names, then paths and patterns; where there are none, all. Biome's first word is a command. */
function placesOf(words: readonly string[], { name, keeps }: Tool): readonly string[] {
  const options: string[] = [];
  const places: string[] = [];
  const rest = name === 'biome' ? words.slice(1) : words;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const [option = '', value] = word.split('=', 2);
    if (!word.startsWith('-')) places.push(word);
    else if (keeps.includes(option)) {
      const next = value ?? rest[++at];
      if (next !== undefined && isInside(next)) options.push(option, next);
    } else if (takesValue(option) && value === undefined) at += 1;
  }
  const inside = places.filter(isInside);
  return [...options, ...(inside.length > 0 ? inside : ['.'])];
}

/** Options of these tools whose value is a word of its own, and that are left away. */
function takesValue(option: string): boolean {
  return /^(-f|-o|--format|--output-file|--max-warnings|--cache-location|--reporter|--log-level|--loglevel|--rule|--plugin|--parser|--env|--stdin-filepath|--fix-type|--resolve-plugins-relative-to|--rulesdir)$/.test(
    option,
  );
}

function isInside(path: string): boolean {
  return !path.startsWith('/') && !path.split('/').includes('..');
}
