import { maxCharacters } from './model.ts';

/** A document of nested mappings: text, numbers, flags, nothing, lists, or mappings of these. */
export type Node = string | number | boolean | null | readonly Node[] | BlockMap;
export type BlockMap = ReadonlyMap<string, Node>;

const maxLine = 64 * 1024;
const maxDepth = 12;

type WordReader = (word: string) => Node;
type Line = { readonly indent: number; readonly text: string; readonly number: number };

/**
 * Reads the small part of YAML that pnpm and Yarn write: block mappings, lists of words, mappings of one line.
 * Throws an Error for all else, such as anchors, tags, merge keys (`<<`), duplicate keys, tabs or several documents:
 * two readers that take a text for two different things are how a lockfile deceives. Linear in the text's length.
 * `typed`: `true` and `1` without quotes are no text, as pnpm reads them; `text`: all is text, as Yarn reads it.
 */
export function parseBlockText(text: string, words: 'typed' | 'text'): BlockMap {
  const reader = new Reader(linesOf(text), words === 'text' ? (word) => word : typedWord);
  const map = reader.map(0, 1);
  reader.assertEnd();
  return map;
}

/** Lines that say something; comments and blank lines are left out, but in a block of text. */
function linesOf(text: string): readonly Line[] {
  if (text.length > maxCharacters) throw new Error(`it has ${text.length} characters, over ${maxCharacters}`);
  const odd = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.exec(
    text.replaceAll('\r\n', '\n'),
  );
  if (odd !== null) throw new Error(`it holds the character ${JSON.stringify(odd[0])}`);
  const lines: Line[] = [];
  for (const [at, raw] of text.replaceAll('\r\n', '\n').split('\n').entries()) {
    if (raw.length > maxLine) throw new Error(`line ${at + 1} has over ${maxLine} characters`);
    const indent = raw.length - raw.trimStart().length;
    lines.push({ indent, text: raw.slice(indent).trimEnd(), number: at + 1 });
  }
  return lines;
}

class Reader {
  #at = 0;
  readonly #lines: readonly Line[];
  readonly #word: WordReader;

  constructor(lines: readonly Line[], word: WordReader) {
    this.#lines = lines;
    this.#word = word;
  }

  map(indent: number, depth: number): BlockMap {
    if (depth > maxDepth) throw new Error(`it is nested over ${maxDepth} deep`);
    const map = new Map<string, Node>();
    for (let line = this.#next(); line !== undefined && line.indent === indent; line = this.#next()) {
      const { key, rest } = this.#key(line);
      if (map.has(key)) throw at(line, `the key ${JSON.stringify(key)} stands twice`);
      map.set(key, rest === '' ? this.#below(line, depth) : this.#value(rest, line));
    }
    return map;
  }

  assertEnd(): void {
    const line = this.#next();
    if (line !== undefined) throw at(line, 'it is indented otherwise than what it belongs to');
  }

  #next(): Line | undefined {
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || (line.text !== '' && !line.text.startsWith('#'))) return line;
      this.#at++;
    }
  }

  /** Also a key on a line of its own: `? "…"`, and `:` below it, which is how very long keys are written. */
  #key(line: Line): { key: string; rest: string } {
    this.#at++;
    const long = line.text.startsWith('? ');
    const text = long ? line.text.slice(2) : line.text;
    const { key, end } = scanKey(text, line, this.#word);
    const tail = text.slice(end);
    if (!long) return { key, rest: afterColon(tail, line) };
    const below = this.#next();
    if (tail !== '' || below === undefined || below.indent !== line.indent) {
      throw at(line, 'a key has no value');
    }
    this.#at++;
    return { key, rest: afterColon(below.text, below) };
  }

  #below(line: Line, depth: number): Node {
    const next = this.#next();
    if (next === undefined || next.indent < line.indent) return null;
    if (isItem(next)) return this.#list(next.indent);
    return next.indent === line.indent ? null : this.map(next.indent, depth + 1);
  }

  #list(indent: number): readonly Node[] {
    const list: Node[] = [];
    for (let line = this.#next(); line?.indent === indent && isItem(line); line = this.#next()) {
      this.#at++;
      list.push(scalarLine(line.text.slice(2), line, this.#word));
    }
    return list;
  }

  #value(rest: string, line: Line): Node {
    if (/^[|>][+-]?$/.test(rest)) return this.#prose(line.indent);
    return /^[[{]/.test(rest) ? flow(rest, line, this.#word) : scalarLine(rest, line, this.#word);
  }

  /** Text over several lines, such as why a package is deprecated: nothing is decided by it. */
  #prose(indent: number): string {
    const start = this.#at;
    for (let line = this.#lines[this.#at]; line !== undefined; line = this.#lines[this.#at]) {
      if (line.text !== '' && line.indent <= indent) break;
      this.#at++;
    }
    return this.#lines
      .slice(start, this.#at)
      .map((line) => line.text)
      .join('\n');
  }
}

const isItem = (line: Line): boolean => line.text.startsWith('- ');

function at(line: Line, what: string): Error {
  return new Error(`line ${line.number}: ${what}`);
}

function afterColon(tail: string, line: Line): string {
  if (tail !== ':' && !tail.startsWith(': ')) throw at(line, 'expected a key, a colon and a value');
  return tail.slice(1).trimStart();
}

function scalarLine(text: string, line: Line, word: WordReader): Node {
  const { value, end } = scanScalar(text, line, { word });
  if (end !== text.length) throw at(line, `found ${JSON.stringify(text.slice(end, end + 20))} after a value`);
  return value;
}

/** `true`, `1.10` or `~` without quotes is no text for every reader, and `<<` merges. */
function scanKey(text: string, line: Line, word: WordReader): { key: string; end: number } {
  const { value, end } = scanScalar(text, line, { word, stop: keyEnd });
  if (typeof value !== 'string' || value === '<<') throw at(line, 'expected a key that is plain text');
  return { key: value, end };
}

type Scanned = { readonly value: Node; readonly end: number };

const keyEnd = /:(?:\s|$)/;
const flowEnd = /[,[\]{}]|:(?:\s|$)/;

/** One word, quoted or not. `stop`: what ends an unquoted one, besides the end of the line. */
function scanScalar(text: string, line: Line, how: { word: WordReader; stop?: RegExp }): Scanned {
  if (text.startsWith('"')) return doubleQuoted(text, line);
  if (text.startsWith("'")) return singleQuoted(text, line);
  const found = how.stop === undefined ? -1 : text.search(how.stop);
  const end = found === -1 ? text.length : found;
  const word = text.slice(0, end).trimEnd();
  const odd = word === '' || /^(?:[\][{}#&*!|>%@`,]|[-?:](?:\s|$))|:(?:\s|$)|\s#/.test(word);
  if (odd) throw at(line, `cannot read ${JSON.stringify(text.slice(0, 40))}`);
  return { value: how.word(word), end };
}

/** What YAML 1.1 takes for something else than text. */
function typedWord(word: string): Node {
  if (/^(?:true|True|TRUE)$/.test(word)) return true;
  if (/^(?:false|False|FALSE)$/.test(word)) return false;
  if (/^(?:~|null|Null|NULL)$/.test(word)) return null;
  return /^[-+]?(?:\.?\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|0[box][\da-f_]+|\d[\d_]*(?::\d[\d_]*)+(?:\.\d*)?|\.inf|\.nan)$/i.test(
    word,
  ) || /^\d{4}-\d\d?-\d\d?(?:$|[Tt\s])/.test(word)
    ? Number(word)
    : word;
}

function doubleQuoted(text: string, line: Line): Scanned {
  const found = /^"(?:[^"\\]|\\.)*"/.exec(text);
  if (found === null) throw at(line, 'a quoted text has no end');
  try {
    const value: unknown = JSON.parse(found[0]);
    if (typeof value === 'string') return { value, end: found[0].length };
  } catch {
    // YAML has more escapes than JSON; no package manager writes them.
  }
  throw at(line, 'a quoted text has an unusual escape');
}

function singleQuoted(text: string, line: Line): Scanned {
  const found = /^'(?:[^']|'')*'/.exec(text);
  if (found === null) throw at(line, 'a quoted text has no end');
  return { value: found[0].slice(1, -1).replaceAll("''", "'"), end: found[0].length };
}

/** `{integrity: sha512-…, tarball: …}` or `[x64, arm64]`, on one line, of words only. */
function flow(text: string, line: Line, word: WordReader): Node {
  const [open, close] = text.startsWith('{') ? ['{', '}'] : ['[', ']'];
  if (!text.endsWith(close)) throw at(line, `expected ${close} at its end`);
  const map = new Map<string, Node>();
  const list: Node[] = [];
  let rest = text.slice(1, -1).trim();
  while (rest !== '') {
    let key: string | undefined;
    if (open === '{') {
      const name = scanKey(rest, line, word);
      if (map.has(name.key)) throw at(line, `the key ${JSON.stringify(name.key)} stands twice`);
      key = name.key;
      rest = afterColon(rest.slice(name.end), line);
    }
    const { value, end } = scanScalar(rest, line, { word, stop: flowEnd });
    if (key === undefined) list.push(value);
    else map.set(key, value);
    rest = afterComma(rest.slice(end), line);
  }
  return open === '{' ? map : list;
}

function afterComma(rest: string, line: Line): string {
  const trimmed = rest.trimStart();
  if (trimmed === '') return '';
  const after = trimmed.slice(1).trimStart();
  if (!trimmed.startsWith(',') || after === '') throw at(line, 'expected a comma, and something after it');
  return after;
}
