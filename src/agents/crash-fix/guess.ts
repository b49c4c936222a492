import type { Crash, CrashFrame } from '../../domain/crash.ts';
import type { CrashCall } from '../../domain/crash-fix.ts';
import { isSourcePath } from '../../domain/path-kinds.ts';

const most = { frames: 4, calls: 60 } as const;

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

const guessMark = 'AUTOLAND-GUESS';
/** At the root of the project. */
export const guessPath = 'autoland-guess.mjs';

/**
 * A program that makes all the calls, each but briefly, and prints the number of the first that ends in the very crash: its type, at its
 * own place. DANGER: names come from a stack, which a stranger may have written. They stand in it as JSON alone.
 */
export function guessProgram(
  { errorType, frames: [{ file, line, column }] }: Crash,
  calls: readonly CrashCall[],
): string {
  const given = JSON.stringify({ errorType, place: `/${file}:${line}:${column}`, calls });
  return `import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { errorType, place, calls } = ${given};
const decode = (value) =>
  value === null || typeof value !== 'object' ? value : Array.isArray(value) ? value.map(decode) : 'o' in value ? {} : undefined;
const isIt = (thrown) => {
  const first = String(thrown?.stack).split('\\n').find((text) => text.includes(import.meta.dirname) && !text.includes('/${guessPath}'));
  return (thrown?.name === errorType || thrown?.code === errorType) && first?.includes(place) === true;
};
const later = () => new Promise((done) => setTimeout(done, 300));
// What nobody awaits counts too.
let stray;
process.on('unhandledRejection', (thrown) => { stray = thrown; });

for (const [at, { file, steps, args }] of calls.entries()) {
  stray = undefined;
  try {
    const loaded = await import(pathToFileURL(resolve(import.meta.dirname, file)).href);
    const root = steps.length > 0 && steps[0] in loaded ? loaded : loaded.default;
    const target = steps.length === 0 ? root : root?.[steps[0]];
    if (typeof target !== 'function') continue;
    await Promise.race([Reflect.apply(target, root, args.map(decode)), later()]);
  } catch (thrown) {
    stray = thrown;
  }
  if (isIt(stray)) {
    console.log('\\n${guessMark} ' + at);
    process.exit(0);
  }
}
process.exit(0);
`;
}

/** The number that the program printed last; undefined: none. */
export function guessIn(output: string): number | undefined {
  const at = output.lastIndexOf(`${guessMark} `);
  const digits = at === -1 ? undefined : /^\d{1,3}/.exec(output.slice(at + guessMark.length + 1))?.[0];
  return digits === undefined ? undefined : Number(digits);
}
