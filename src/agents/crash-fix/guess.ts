import type { Crash, CrashFrame } from '../../domain/crash.ts';
import type { CrashCall } from '../../domain/crash-fix.ts';
import { isSourcePath } from '../../domain/path-kinds.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';

const most = { frames: 4, calls: 60, recorded: 200 } as const;

/** What callers forget: nothing at all, then what is empty. */
const nothing = { s: 'undefined' } as const;
const object = { o: [] } as const;
const lists: readonly CrashCall['args'][] = [
  [],
  [null],
  [object],
  [''],
  [[]],
  [0],
  [object, nothing],
  [object, null],
  [object, object],
  ['', ''],
  ['{'],
  [[], nothing],
];

/** Calls of what the crash went through, which may crash like it: whether one does is seen by running it. */
export function guessedCalls({ frames }: Crash): readonly CrashCall[] {
  const targets = frames.slice(0, most.frames).flatMap((frame) => targetOf(frame) ?? []);
  return lists.flatMap((args) => targets.map((target) => ({ ...target, args }))).slice(0, most.calls);
}

/** As exported: V8 names what is assigned by what it is assigned to. */
function targetOf({ file, functionName }: CrashFrame): Omit<CrashCall, 'args'> | undefined {
  if (functionName === undefined || !isSourcePath(file)) return undefined;
  if (functionName === 'module.exports') return { file, steps: [] };
  const name = /^(?:exports\.|module\.exports\.|Object\.)?([A-Za-z_$][\w$]*)$/.exec(functionName)?.[1];
  return name === undefined ? undefined : { file, steps: [name] };
}

/** Before a path, where services record files of their own: no package is named so. */
export const ownMark = './';

/** Calls that production made of files that the crash went through; those of a function that its stack names first. */
export function recordedCalls({ frames }: Crash, recorded: readonly RecordedCall[]): readonly CrashCall[] {
  const files = new Set(frames.map(({ file }) => file).filter(isSourcePath));
  const named = new Set(frames.flatMap((frame) => targetOf(frame) ?? []).map(nameOf));
  const calls = recorded.flatMap(({ package: name, kind, steps: [, ...steps], args }) => {
    const file = name.startsWith(ownMark) ? name.slice(ownMark.length) : '';
    return kind === 'call' && files.has(file) ? [{ file, steps, args }] : [];
  });
  const isStranger = (call: CrashCall) => (named.has(nameOf(call)) ? 0 : 1);
  return calls.toSorted((one, other) => isStranger(one) - isStranger(other)).slice(0, most.recorded);
}

const nameOf = ({ file, steps }: Omit<CrashCall, 'args'>) => `${file} ${steps.at(-1) ?? ''}`;
