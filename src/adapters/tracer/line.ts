/** A line of strace: a call that was made, one that was begun, the end of such a one, or something else of no interest. */
export type Line =
  | ({
      readonly kind: 'call';
      readonly tid: number;
      readonly name: string;
      readonly args: readonly string[];
    } & Ended)
  | { readonly kind: 'begun'; readonly tid: number; readonly name: string; readonly args: readonly string[] }
  | ({ readonly kind: 'resumed'; readonly tid: number; readonly name: string } & Ended)
  | { readonly kind: 'other' };

type Ended = {
  /** undefined: none was given. */
  readonly value: number | undefined;
  /** What the file descriptor that was answered stands for. */
  readonly path: string | undefined;
};

// A string ends an argument or an element: what is glued to it was written by somebody else.
const string = String.raw`"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?=[,)\]}]| <unf| =>| /\*|$)`;
const annotation = String.raw`<(?:[^<>"\\]|\\.)*>(?:\(deleted\))?`;
const comment = String.raw` /\* \d+ (?:vars?|entries)(?:, unterminated)? \*/`;
const word = String.raw`[\w.|&*@+:~=?!-]+`;
const token = new RegExp(`${string}|${annotation}|${comment}| => |, |[{}()\\[\\]]|${word}`, 'y');

const start = /^(\d{1,10}) +(?:(<\.\.\. )?([a-z_0-9]{1,40})(?:( resumed>)|\())/;
const result =
  /^\) += (?:(-?\d{1,20})|0x[0-9a-f]{1,16}|\?)(?:<((?:[^<>\\]|\\.)*)>(?:\(deleted\))?)?(?: E[A-Z0-9]{1,20} \([\w ,/'-]*\))?$/;
const other =
  /^\d{1,10} +(?:\+\+\+ (?:exited with \d+|killed by SIG\w+(?: \(core dumped\))?|superseded by execve in pid \d+) \+\+\+|--- stopped by SIG\w+ ---)$/;
export const unfinished = ' <unfinished ...>';
const printable = /^[\x20-\x7e]*$/;

/**
 * undefined: strace writes no such line. What is traced can write beside strace, and so spoil a line of it, but MUST NOT turn
 * it into another: two lines in one, or a half of one, are no line.
 */
export function parseLine(text: string): Line | undefined {
  if (!printable.test(text)) return undefined;
  if (other.test(text)) return { kind: 'other' };
  const [head, tid = '', opening, name = '', closing] = start.exec(text) ?? [];
  if (head === undefined || (opening === undefined) !== (closing === undefined)) return undefined;
  const isBegun = text.endsWith(unfinished);
  const body = isBegun ? text.slice(0, -unfinished.length) : text;
  if (opening === undefined) return parseCall(body, head.length, { tid: Number(tid), name, isBegun });
  // It begins amid the arguments, wherever the call was left.
  const rest = isBegun ? undefined : scan(text, head.length, 4);
  const ended = rest && endedAt(text, rest.end);
  return ended && { kind: 'resumed', tid: Number(tid), name, ...ended };
}

type Called = { readonly tid: number; readonly name: string; readonly isBegun: boolean };

function parseCall(text: string, from: number, { tid, name, isBegun }: Called): Line | undefined {
  // `vfork( <unfinished ...>`
  const scanned = scan(text, from, 0);
  if (scanned === undefined) return undefined;
  const { args, end } = scanned;
  if (isBegun) return end === text.length ? { kind: 'begun', tid, name, args } : undefined;
  const ended = endedAt(text, end);
  return ended && { kind: 'call', tid, name, args, ...ended };
}

function endedAt(text: string, at: number): Ended | undefined {
  const found = result.exec(text.slice(at));
  if (found === null) return undefined;
  const [, value, path] = found;
  return { value: value === undefined ? undefined : Number(value), path: path && unescaped(path) };
}

/**
 * The arguments from `from` on, as they stand, and where they end: at the bracket that closes the call, or at the end of the
 * text. `open`: how many brackets may be closed that were opened before.
 */
function scan(text: string, from: number, open: number): { args: string[]; end: number } | undefined {
  const args: string[] = [];
  let [depth, at, argument] = [0, from, from];
  while (at < text.length) {
    if (text.startsWith(') ', at) && depth <= 0) break;
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return undefined;
    if (found === ', ' && depth === 0) {
      args.push(text.slice(argument, at));
      argument = at + 2;
    }
    if (/^[{([]$/.test(found)) depth += 1;
    else if (/^[})\]]$/.test(found)) depth -= 1;
    if (depth < -open) return undefined;
    at += found.length;
  }
  if (at > argument) args.push(text.slice(argument, at));
  return { args, end: at };
}

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

/** What stands between quotes or angle brackets, as text. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replaceAll(/\\([0-7]{1,3}|.)/g, (_all, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8) & 0xff) : (letters[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The text of a quoted argument; undefined: it is none (`NULL`, or an address where nothing could be read). */
export function textOf(argument: string | undefined): string | undefined {
  const inner = /^"((?:[^"\\]|\\.)*)"(?:\.\.\.)?$/.exec(argument ?? '')?.[1];
  return inner === undefined ? undefined : unescaped(inner);
}

/** The path of a directory that is given as a file descriptor: `AT_FDCWD</work>`. */
export function directoryOf(argument: string | undefined): string | undefined {
  const path = /^(?:AT_FDCWD|\d+)<((?:[^<>\\]|\\.)*)>(?:\(deleted\))?$/.exec(argument ?? '')?.[1];
  return path === undefined ? undefined : unescaped(path);
}
