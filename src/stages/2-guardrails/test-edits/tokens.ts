export type Token = {
  readonly kind: 'word' | 'string' | 'number' | 'mark' | 'pattern';
  /** Of a string: what is between its quotes, as written. */
  readonly text: string;
  readonly line: number;
};

const blank = /\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const word = /[\p{L}_$#][\p{L}\p{N}_$]*/uy;
const number = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)n?/y;
const quoted = /(["'])((?:\\[\s\S]|(?!\1)[^\\\n])*)(?:\1|$|(?=\n))/y;
/** Bounded: each `/` of a hostile line may be tried. */
const pattern = /\/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n]){0,300}\]|[^/\\[\n]){1,1000}\/[a-z]*/y;
const template = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
const punctuation = /===|!==|==|!=|=>|&&|\|\||\?\?|\?\.|[\s\S]/y;
const opensPattern = /^(?:[([{,;:=!&|?+*%~^<>-]|===?|!==?|=>|&&|\|\||\?\?|return|typeof|case|in|of|await)$/;

/** The words of a JavaScript or TypeScript text, without comments. Survives any text, and never looks at a place twice. */
export function tokensOf(source: string): readonly Token[] {
  return new Scanner(source).scan();
}

class Scanner {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  /** Braces that are open inside each `${` that is open. */
  readonly #templates: number[] = [];
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  scan(): readonly Token[] {
    while (this.#at < this.#source.length) this.#next();
    return this.#tokens;
  }

  #next(): void {
    if (this.#take(blank) !== undefined) return;
    const character = this.#source[this.#at] ?? '';
    const resumes = character === '}' && this.#templates.at(-1) === 0;
    if (resumes) this.#templates.pop();
    if (resumes || character === '`') {
      this.#template(this.#line);
      return;
    }
    const line = this.#line;
    const last = this.#tokens.at(-1);
    const mayBePattern = last === undefined || (last.kind !== 'string' && opensPattern.test(last.text));
    const found =
      this.#put('word', word, line) ||
      this.#put('number', number, line) ||
      this.#put('string', quoted, line) ||
      (mayBePattern && this.#put('pattern', pattern, line));
    if (found) return;
    this.#put('mark', punctuation, line);
    const depth = this.#templates.length - 1;
    if (depth >= 0 && (character === '{' || character === '}'))
      this.#templates[depth] = (this.#templates[depth] ?? 0) + (character === '{' ? 1 : -1);
  }

  /** From a backtick, or from the brace that ends a `${`, to the next of either kind. */
  #template(line: number): void {
    this.#at += 1;
    const text = this.#take(template)?.[0] ?? '';
    this.#tokens.push({ kind: 'string', text, line });
    if (this.#source.startsWith('${', this.#at)) {
      this.#at += 2;
      this.#templates.push(0);
    } else this.#at += 1;
  }

  #put(kind: Token['kind'], expression: RegExp, line: number): boolean {
    const found = this.#take(expression);
    if (found === undefined) return false;
    this.#tokens.push({ kind, text: kind === 'string' ? (found[2] ?? '') : found[0], line });
    return true;
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found === null || found[0] === '') return undefined;
    this.#at += found[0].length;
    for (const character of found[0]) if (character === '\n') this.#line += 1;
    return found;
  }
}
