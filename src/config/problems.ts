import type { z } from 'zod';
import { knownKeys } from './json-schema.ts';
import { closest } from './suggest.ts';
import type { Path, Problem, Source } from './yaml.ts';

type Issue = z.core.$ZodIssue;
type KnownKeys = (path: Path) => readonly string[];

/** One problem for each thing that is wrong, in the order of the file. */
export function problemsOf(issues: readonly Issue[], source: Source): readonly Problem[] {
  return problemsIn(issues, source, knownKeys);
}

/** The same of another file, whose schema knows other keys. */
export function problemsIn(issues: readonly Issue[], source: Source, known: KnownKeys): readonly Problem[] {
  return issues
    .flatMap(chosen)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue, source, known) : [wrongValue(issue, source)],
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Of several forms that a value may have, the one that it was meant to have: the only one whose kind of value it is. */
function chosen(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  const [only] = meant;
  if (only === undefined || meant.length > 1) return [issue];
  return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, source: Source, knownAt: KnownKeys): Problem[] {
  const parent = pathOf(issue);
  const known = knownAt(parent);
  return issue.keys.map((key) => ({
    ...source.locate([...parent, key], true),
    path: dotted([...parent, key]),
    message: `expected a known key, found ${JSON.stringify(cut(key))}`,
    mend: mendKey(parent, key, known),
  }));
}

function mendKey(parent: Path, key: string, known: readonly string[]): string {
  if (parent[0] === 'autonomy' && key === 'other') return 'remove it: class other is never autonomous';
  const near = closest(key, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length === 0 ? 'remove it' : `remove it, or use one of: ${known.join(', ')}`;
}

function wrongValue(issue: Issue, source: Source): Problem {
  const path = pathOf(issue);
  const found = valueAt(source.value, path);
  const [expected = '', mend] = sentenceOf(issue).split('\n');
  return {
    ...source.locate(path, issue.code === 'invalid_key'),
    path: dotted(path),
    message: issue.code === 'invalid_key' ? expected : `${expected}, found ${describe(found)}`,
    mend: mend ?? mendValue(issue, found, path),
  };
}

/** Our own sentences begin with "expected" (config/fields.ts); the rest is said here, by code. */
function sentenceOf(issue: Issue): string {
  if (issue.code === 'invalid_key') return issue.issues.map(sentenceOf).join(', ');
  if (issue.message.startsWith('expected ')) return issue.message;
  if (issue.code === 'invalid_type') return `expected ${typeWords[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected one of: ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small')
    return `expected ${bound(issue.inclusive, 'at least', 'more than')} ${issue.minimum}`;
  if (issue.code === 'too_big')
    return `expected ${bound(issue.inclusive, 'at most', 'less than')} ${issue.maximum}`;
  return `expected something else (${issue.message})`;
}

function bound(inclusive: boolean | undefined, closed: string, open: string): string {
  return inclusive === false ? open : closed;
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'keys and values',
  record: 'keys and values',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function mendValue(issue: Issue, found: unknown, path: Path): string {
  if (found === undefined) return `add ${String(path.at(-1) ?? 'it')}`;
  if (issue.code === 'invalid_value' && typeof found === 'string') {
    const near = closest(found, issue.values.map(String));
    if (near !== undefined) return `did you mean ${near}?`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string') return 'put it in quotes';
  if (found === null) return 'give it a value, or remove the key for its default';
  return 'correct the value, or remove the key for its default';
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined;
    here = Reflect.get(here, part);
  }
  return here;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'keys and values';
  return typeof value === 'string' ? JSON.stringify(cut(value)) : `the ${typeof value} ${String(value)}`;
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function dotted(path: Path): string {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${printable(part)}`));
  return words.join('').replace(/^\./, '');
}

/** A key of the file can hold line breaks or terminal escapes. */
function printable(key: string): string {
  return /^[\w@./-]{1,60}$/.test(key) ? key : JSON.stringify(cut(key));
}
