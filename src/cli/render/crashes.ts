import { counted } from '../../domain/words.ts';
import type { CrashesView, CrashLine } from '../../views/crashes.ts';
import { paint, wrap, wrapAll } from './text.ts';

const indent = ' '.repeat(12);

/** What production crashed with, and what becomes of it. */
export function renderCrashes({ crashes, dropped }: CrashesView): string[] {
  const seen =
    crashes.length === 0 ? 'no crash was seen' : `${counted(crashes.length, 'crash', 'crashes')} seen`;
  return [
    ...wrapAll([paint('bold', seen)]),
    ...crashes.flatMap(renderCrash),
    ...(dropped === 0
      ? []
      : wrapAll([
          `(${counted(dropped, 'exception')} not kept: nothing of the project in the stack, or too many kinds at once)`,
        ])),
  ];
}

function renderCrash({ errorType, message, frames, ...crash }: CrashLine): string[] {
  const [{ file, line, functionName }] = frames;
  const times = counted(crash.count, 'time').padStart(10);
  const where = `${file}:${line}${functionName === undefined ? '' : ` in ${functionName}`}`;
  const details = [
    where,
    `${crash.service}, ${crash.inStable === 0 ? 'not in what is stable now' : `${crash.inStable} in what is stable now`}`,
    `last ${crash.lastSeen.slice(0, 19)}Z`,
    crash.signature.slice(0, 12),
    ...(crash.change === null ? [] : [`${crash.change.id}: ${crash.change.outcome}`]),
  ];
  return [
    ...wrap(`${times}  ${errorType}: ${message}`, indent),
    ...wrap(`${indent}${details.join('; ')}`, indent).map((text) => paint('dim', text)),
  ];
}
