import { printable } from '../printable.ts';
import type { StackFrame } from './exception.ts';

/** What is beyond them is not read: the innermost frames say what failed. */
export const stackLimits = { characters: 16_384, lines: 200, frames: 30, path: 300, name: 120 } as const;

/** What an error type looks like; another one may hold anything, such as what a request said. */
const errorTypeForm = /^[A-Za-z_$][\w$.]{0,99}$/;

export function errorTypeOf(told: string): string {
  return errorTypeForm.test(told) ? told : 'Error';
}

/**
 * The frames of a V8 stack that have a path: neither native code nor the engine's own, neither `eval` nor WebAssembly, nor what
 * came from a URL. `message`: as it was reported apart, so that what looks like a frame in it is not taken for one. Takes time in
 * proportion to the text, whatever it is.
 */
export function parseStack(stack: string, message: string): readonly StackFrame[] {
  const lines = framesOf(
    bodyOf(stack.slice(0, stackLimits.characters), message).split('\n', stackLimits.lines),
  );
  return lines.flatMap((line) => parseFrame(line) ?? []).slice(0, stackLimits.frames);
}

/** Behind the message, where the stack begins with it as V8 has it; '': what looks like a frame may be the message's own. */
function bodyOf(stack: string, message: string): string {
  if (message === '') return stack;
  const firstLine = stack.indexOf('\n');
  const at = stack.indexOf(message);
  // It begins in the first line, behind the error's name.
  if (at !== -1 && (firstLine === -1 || at <= firstLine)) return stack.slice(at + message.length);
  // Too long, or another one than when the stack was written: a part of it may stand there all the same.
  return message.split('\n').some((line) => line.trimStart().startsWith(frameStart)) ? '' : stack;
}

const frameStart = 'at ';

/** The first lines that follow each other as frames do: what comes later is of a cause, or somebody's own. */
function framesOf(lines: readonly string[]): readonly string[] {
  const texts = lines.map((line) => line.trim());
  const begin = texts.findIndex((line) => line.startsWith(frameStart));
  if (begin === -1) return [];
  const end = texts.findIndex((line, at) => at > begin && !line.startsWith(frameStart));
  return texts.slice(begin, end === -1 ? undefined : end).map((line) => line.slice(frameStart.length));
}

/** `NAME (PLACE)` or `PLACE`. undefined: its place is no path. */
function parseFrame(text: string): StackFrame | undefined {
  const frame = text.startsWith('async ') ? text.slice('async '.length) : text;
  const open = frame.endsWith(')') ? openingOf(frame) : -1;
  const place = open === -1 ? frame : frame.slice(open + 1, -1);
  const position = positionIn(place);
  if (position === undefined) return undefined;
  const functionName = open === -1 ? undefined : nameOf(frame.slice(0, open).trim());
  return { ...position, ...(functionName !== undefined && { functionName }) };
}

/** Of the bracket that the last one closes: a path may hold some too. */
function openingOf(frame: string): number {
  let depth = 0;
  for (let at = frame.length - 1; at >= 0; at--) {
    if (frame[at] === ')') depth += 1;
    else if (frame[at] === '(') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function positionIn(place: string): Omit<StackFrame, 'functionName'> | undefined {
  const beforeColumn = place.lastIndexOf(':');
  const beforeLine = place.lastIndexOf(':', beforeColumn - 1);
  if (beforeLine <= 0) return undefined;
  const [line, column] = [
    numberIn(place.slice(beforeLine + 1, beforeColumn)),
    numberIn(place.slice(beforeColumn + 1)),
  ];
  const path = pathOf(place.slice(0, beforeLine));
  return line === undefined || column === undefined || path === undefined
    ? undefined
    : { path, line, column };
}

function numberIn(digits: string): number | undefined {
  const number = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
  return number > 0 ? number : undefined;
}

/** undefined: no file of a file system with `/`, or not a name that could be shown as it is. */
function pathOf(place: string): string | undefined {
  const path = place.startsWith('file://') ? ofUrl(place) : place;
  if (path === undefined || !path.startsWith('/') || path.length > stackLimits.path) return undefined;
  return printable(path) === path ? path : undefined;
}

function ofUrl(text: string): string | undefined {
  try {
    const { host, pathname } = new URL(text);
    return host === '' ? decodeURIComponent(pathname) : undefined;
  } catch {
    return undefined;
  }
}

/** What stands for no name, or for the code of a module. */
const unnamed = new Set(['', '<anonymous>', 'Object.<anonymous>', 'eval']);

function nameOf(told: string): string | undefined {
  const alias = told.indexOf(' [as ');
  const name = printable(alias === -1 ? told : told.slice(0, alias));
  return unnamed.has(name) || name.length > stackLimits.name ? undefined : name;
}
