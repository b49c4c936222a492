import type { WrittenCode } from '../../domain/document.ts';
import type { Finding } from './finding.ts';
import type { Moves, Readings } from './links.ts';
import { type Manifest, type Past, renamedTo } from './past.ts';

/** What the project has, and had, that a command or a sample can name. */
export type Named = {
  /** Of every package.json. */
  readonly scripts: ReadonlySet<string>;
  readonly bins: ReadonlySet<string>;
  readonly past: Past;
  readonly paths: ReadonlySet<string>;
  readonly moves: Moves;
};

/** A name within a command or a sample. */
type Mention = { readonly name: string; readonly at: number; readonly line: number };

const shells = /^(|sh|bash|zsh|shell|console|shell-session|shellsession|text|terminal)$/;
const script = /(?<![\w./@-])(?:npm|pnpm|yarn) (?:run|run-script) (?<name>[\w.:-]{1,100})(?![\w.:/@*{<$-])/g;
const bin = /(?:^[ \t>]*(?:\$ )?|(?<![\w./@-])npx )(?<name>[\w.-]{1,100})(?= |$)/gm;
const file =
  /(?<![\w./@:-])(?:\.\/)?(?<name>(?:[\w@.-]{1,100}\/){1,10}[\w.-]{1,100}\.(?:[cm]?[jt]s|sh|py|rb))(?![\w./:*-])/g;
/** `import … from 'NAME/entry'`, whatever the package. */
const entry =
  /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s{0,3}(?<quote>['"])(?<pkg>(?:@[\w.-]{1,100}\/)?[\w.-]{1,100})\/(?<name>[\w./-]{1,200})\k<quote>/g;
const programs = /^(js|mjs|cjs|jsx|ts|mts|cts|tsx|javascript|typescript|node)$/;
/** There names are those of another folder. */
const elsewhere = /(^|[\s;&`])(cd|pushd)\s|\s(-w|--workspaces?|--prefix|--cwd|-C|--filter)\b/;

/** Files that commands name and that are not there, for git to say where they went. */
export function missingFiles(readings: Readings, paths: ReadonlySet<string>): readonly string[] {
  const found = [...readings.values()].flatMap(({ codes }) => codes.flatMap((code) => mentions(code, file)));
  return [...new Set(found.map(({ name }) => name))].filter((name) => !paths.has(name));
}

/** Names in commands that the project no longer has. What it never had is of another project. */
export function staleCommands(path: string, codes: readonly WrittenCode[], named: Named): readonly Finding[] {
  return codes.flatMap((code) => [
    ...mentions(code, script).flatMap((mention) => staleName(path, mention, named, scripts)),
    ...(code.language === null ? [] : mentions(code, bin)).flatMap((mention) =>
      staleName(path, mention, named, bins),
    ),
    ...mentions(code, file).flatMap((mention) => staleFile(path, mention, named)),
    ...entriesIn(code, named).flatMap((mention) => staleName(path, mention, named, entries)),
  ]);
}

function mentions(code: WrittenCode, pattern: RegExp): readonly Mention[] {
  const { source, language } = code;
  if ((language !== null && !shells.test(language)) || elsewhere.test(source)) return [];
  return [...source.matchAll(pattern)].map((match) => mentionOf(code, match));
}

/** Of the project's own package. */
function entriesIn(code: WrittenCode, { past }: Named): readonly Mention[] {
  const { name: own, entries: known } = past[0]?.manifest ?? {};
  if (own === undefined || known === undefined) return [];
  if (code.language === null || !programs.test(code.language)) return [];
  const all = [...code.source.matchAll(entry)].filter((match) => match.groups?.pkg === own);
  return all.map((match) => mentionOf(code, match));
}

function mentionOf({ source, at, line }: WrittenCode, match: RegExpExecArray): Mention {
  const name = match.groups?.name ?? '';
  const within = match.index + match[0].lastIndexOf(name);
  return { name, at: at + within, line: line + source.slice(0, within).split('\n').length - 1 };
}

type Kind = {
  readonly word: string;
  readonly now: (named: Named) => ReadonlySet<string>;
  readonly of: (manifest: Manifest) => ReadonlyMap<string, string>;
};
const scripts: Kind = { word: 'script', now: (named) => named.scripts, of: (manifest) => manifest.scripts };
const bins: Kind = { word: 'command', now: (named) => named.bins, of: (manifest) => manifest.bin };
const entries: Kind = {
  word: 'entry',
  now: ({ past }) => new Set(past[0]?.manifest.entries?.keys()),
  of: ({ entries: known }) => known ?? new Map(),
};

function staleName(path: string, { name, at, line }: Mention, named: Named, kind: Kind): readonly Finding[] {
  const was = named.past.some(({ manifest }) => kind.of(manifest).has(name));
  if (kind.now(named).has(name) || !was) return [];
  const what = `names the ${kind.word} ${name}, which package.json no longer has`;
  const place = { kind: 'commands', path, line, code: `stale-${kind.word}`, what } as const;
  const renamed = renamedTo(name, named.past, kind.of);
  if (renamed === undefined || !kind.now(named).has(renamed.to))
    return [{ ...place, why: 'what took its place is not clear' }];
  const proof = `${renamed.to} took its place in ${renamed.commit.slice(0, 12)}, and stands for the same`;
  return [{ ...place, at, before: name, after: renamed.to, proof }];
}

function staleFile(path: string, { name, at, line }: Mention, { paths, moves }: Named): readonly Finding[] {
  const moved = moves.get(name);
  const isThere = paths.has(name) || paths.has(`${path.slice(0, path.lastIndexOf('/') + 1)}${name}`);
  if (isThere || moved === undefined) return [];
  const what = `runs ${name}, which is no longer there`;
  const place = { kind: 'commands', path, line, code: 'stale-file', what } as const;
  if (!paths.has(moved.to)) return [{ ...place, why: 'where it went is not clear' }];
  const proof = `git saw it become ${moved.to} in ${moved.commit.slice(0, 12)}`;
  return [{ ...place, at, before: name, after: moved.to, proof }];
}
