import type { Crash } from '../../domain/crash.ts';
import type { CrashCall } from '../../domain/crash-fix.ts';
import { readArguments } from '../../domain/recorded-call.ts';
import { decodeSource, findSource } from './call-source.ts';

const guessMark = 'AUTOLAND-GUESS';
/** At the root of the project. */
export const guessPath = 'autoland-guess.mjs';
/** Of what it prints the end alone is kept. */
const mostPrinted = 800;
/** Calls that are made to find a simpler one. */
const mostSimpler = 300;

/* Parts of a program. What they know of the crash stands in its first lines: errorType, place, calls. */

const callingSource = `const isIt = (thrown) => {
  const first = String(thrown?.stack).split('\\n').find((text) => text.includes(import.meta.dirname) && !text.includes('/${guessPath}'));
  return (thrown?.name === errorType || thrown?.code === errorType) && first?.includes(place) === true;
};
const later = () => new Promise((done) => setTimeout(done, 300));
// What nobody awaits counts too.
let stray;
process.on('unhandledRejection', (thrown) => { stray = thrown; });

async function crashes({ file, steps }, args) {
  stray = undefined;
  try {
    const loaded = await import(pathToFileURL(resolve(import.meta.dirname, file)).href);
    const [receiver, target] = find(loaded, steps);
    if (typeof target !== 'function') return false;
    await Promise.race([Reflect.apply(target, receiver, args.map(decode)), later()]);
  } catch (thrown) {
    stray = thrown;
  }
  // Else a rejection of this call would be told of the next one.
  await new Promise((done) => setImmediate(done));
  return isIt(stray);
}`;

const simplerSource = `function simpler(value) {
  if (typeof value === 'string') return value === '' ? [] : ['', value.slice(0, value.length >> 1)];
  if (typeof value === 'number') return value === 0 ? [] : [0];
  if (Array.isArray(value)) return value.length === 0 ? [] : [[], ...without(value), ...inside(value)];
  if (value === null || typeof value !== 'object' || !('o' in value) || value.o.length === 0) return [];
  const entries = value.o.flatMap(([key, held], at) => simpler(held).map((one) => value.o.with(at, [key, one])));
  return [[], ...without(value.o), ...entries].map((o) => ({ o }));
}
const without = (list) => list.map((_, at) => list.toSpliced(at, 1));
const inside = (list) => list.flatMap((held, at) => simpler(held).map((one) => list.with(at, one)));

async function simplest(call) {
  let { args } = call;
  for (let tries = 0, found = true; found;) {
    found = false;
    for (const one of [...(args.length > 0 ? [args.slice(0, -1)] : []), ...inside(args)]) {
      if (++tries > ${mostSimpler}) return args;
      if (!(await crashes(call, one))) continue;
      [args, found] = [one, true];
      break;
    }
  }
  return args;
}`;

const mainSource = `for (const [at, call] of calls.entries()) {
  if (!(await crashes(call, call.args))) continue;
  // Should a simpler one bring the process down, this one has been said.
  console.log('\\n${guessMark} ' + at);
  const said = JSON.stringify(await simplest(call));
  if (said.length < ${mostPrinted}) console.log('\\n${guessMark} ' + at + ' ' + said);
  process.exit(0);
}
process.exit(0);
`;

/**
 * A program that makes all the calls, each but briefly, takes the first that ends in the very crash (its type, at its own place), leaves out of
 * its arguments what is not needed for that, and prints its number and them. What a user sent is in the test of a public branch for no
 * longer than it has to be. DANGER: names come from a stack, which a stranger may have written. They stand in it as JSON alone.
 */
export function guessProgram(
  { errorType, frames: [{ file, line, column }] }: Crash,
  calls: readonly CrashCall[],
): string {
  const given = JSON.stringify({ errorType, place: `/${file}:${line}:${column}`, calls });
  const head = `import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { errorType, place, calls } = ${given};`;
  return [head, decodeSource, findSource, callingSource, simplerSource, mainSource].join('\n\n');
}

/** The call that the program printed last; undefined: none. DANGER: the code that it called can print that too. It is proved by the test of it. */
export function guessIn(output: string, calls: readonly CrashCall[]): CrashCall | undefined {
  const at = output.lastIndexOf(`${guessMark} `);
  const [, digits, said] =
    at === -1 ? [] : (/^(\d{1,3})(?: (.*))?$/m.exec(output.slice(at + guessMark.length + 1)) ?? []);
  const call = digits === undefined ? undefined : calls[Number(digits)];
  const args = said === undefined ? undefined : readArguments(said);
  return call === undefined || args === undefined ? call : { ...call, args };
}
