import { isRecord } from '../../domain/npm/hostile-json.ts';

type Argv = readonly [string, ...string[]];

type Tool = {
  readonly name: string;
  /** The package that brings it. */
  readonly pkg: string;
  /** What makes it mend what is safe, and nothing else. */
  readonly fix: readonly string[];
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
    keeps: ['-c', '--config', '--ext', '--ignore-path', '--ignore-pattern'],
    byItself: true,
  },
  { name: 'standard', pkg: 'standard', fix: ['--fix'], keeps: [], byItself: true },
  {
    name: 'biome',
    pkg: '@biomejs/biome',
    fix: ['check', '--write'],
    keeps: ['--config-path'],
    byItself: true,
  },
  // It is often there for an editor alone, and lays out all that it is shown.
  {
    name: 'prettier',
    pkg: 'prettier',
    fix: ['--write', '--ignore-unknown'],
    keeps: ['--config', '--ignore-path'],
    byItself: false,
  },
];

/** How the linters and formatters that a package.json names mend what is safe. */
export function toolsIn(manifest: string): readonly Argv[] {
  const value = parsed(manifest);
  if (!isRecord(value)) return [];
  const names = new Set([value.dependencies, value.devDependencies].filter(isRecord).flatMap(Object.keys));
  const scripts = isRecord(value.scripts) ? Object.values(value.scripts) : [];
  const calls = scripts.flatMap((script) => (typeof script === 'string' ? callsIn(script) : []));
  return tools.flatMap((tool): Argv[] => {
    if (!names.has(tool.pkg)) return [];
    const own = calls.find(([name]) => name === tool.name);
    if (own === undefined && !tool.byItself) return [];
    const kept = own === undefined ? [] : keptOf(own.slice(1), tool);
    const places = kept.some((word) => !word.startsWith('-')) ? kept : [...kept, '.'];
    return [[`node_modules/.bin/${tool.name}`, ...tool.fix, ...places]];
  });
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

/** Paths and patterns, and the options that `keeps` names. Biome's first word is a command. */
function keptOf(words: readonly string[], { name, keeps }: Tool): readonly string[] {
  const kept: string[] = [];
  const rest = name === 'biome' ? words.slice(1) : words;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const [option = '', value] = word.split('=', 2);
    if (!word.startsWith('-')) {
      if (isInside(word)) kept.push(word);
    } else if (keeps.includes(option)) {
      const next = value ?? rest[++at];
      if (next !== undefined && isInside(next)) kept.push(option, next);
    } else if (takesValue(option) && value === undefined) at += 1;
  }
  return kept;
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
