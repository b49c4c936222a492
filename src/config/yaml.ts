import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../domain/errors.ts';

/** One thing that is wrong with a file. `line` and `column` count from 1. */
export type Problem = {
  readonly line: number;
  readonly column: number;
  /** Dotted, such as `rollout.steps[0].share`; '' for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly mend: string;
};

export type Path = readonly (string | number)[];

export type Source = {
  readonly value: unknown;
  /** Where the value at a path stands; with `key`, where the key does. Falls back to the nearest parent that is there. */
  locate(path: Path, key?: boolean): { line: number; column: number };
};

const maxBytes = 256 * 1024;
const maxAliases = 50;

/** YAML 1.2, core schema. A file is data of known shape: tags, several documents, doubled keys are refused. */
export function readYaml(text: string): Source | { readonly problems: readonly Problem[] } {
  if (Buffer.byteLength(text) > maxBytes) return problem('expected at most 256 KiB', 'shorten the file');
  const lines = new LineCounter();
  try {
    const document = parse(text, lines);
    const problems = syntaxProblems(document, lines);
    if (problems.length > 0) return { problems };
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    return { value, locate: (path, key = false) => locate(document, lines, path, key) };
  } catch (error) {
    // Deep nesting overflows the parser's stack; too many aliases are refused by it.
    return problem(`expected plain data, found something else: ${messageOf(error)}`, 'write the values out');
  }
}

function parse(text: string, lines: LineCounter) {
  return parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    customTags: [],
    resolveKnownTags: false,
    prettyErrors: false,
    // Not `silent`: that also hides that there is a second document.
    logLevel: 'error',
    lineCounter: lines,
  });
}

function syntaxProblems(document: Document.Parsed, lines: LineCounter): Problem[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    ...position(lines, error.pos[0]),
    path: '',
    message: sentences[error.code] ?? `expected YAML, found: ${error.message}`,
    mend: mends[error.code] ?? 'correct the syntax; indentation is by spaces',
  }));
}

const sentences: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'expected each key once, found it a second time',
  MULTIPLE_DOCS: 'expected one document, found a second one',
  TAG_RESOLVE_FAILED: 'expected plain data, found a tag that YAML 1.2 core does not have',
};

const mends: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'remove one of the two',
  MULTIPLE_DOCS: 'remove everything from the second --- on',
  TAG_RESOLVE_FAILED: 'remove the tag (the word that begins with !)',
  TAB_AS_INDENT: 'indent by spaces, not by tabs',
};

function problem(message: string, mend: string): { problems: readonly Problem[] } {
  return { problems: [{ line: 1, column: 1, path: '', message, mend }] };
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { line: 1, column: 1 } : { line, column: col };
}

function locate(document: Document.Parsed, lines: LineCounter, path: Path, key: boolean) {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const child = childOf(node, part);
    if (child === undefined) break;
    const wanted = key && depth === path.length - 1 ? child.key : (child.value ?? child.key);
    offset = startOf(wanted) ?? startOf(child.key) ?? offset;
    node = child.value;
  }
  return position(lines, offset);
}

function childOf(node: unknown, part: string | number): { key: unknown; value: unknown } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(part)];
    return value === undefined ? undefined : { key: value, value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
  );
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
}

function startOf(node: unknown): number | undefined {
  const withRange = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node : undefined;
  return withRange?.range?.[0];
}
