import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decode } from './decode.ts';

/** One of those that were read and found well-formed (`RecordedCall` of the domain). */
type Call = {
  readonly kind: 'call' | 'construct';
  readonly steps: readonly [string, ...string[]];
  readonly args: readonly unknown[];
};

/** What one process made of the calls, by their numbers. */
export type ReplaySummary = { readonly done: number; readonly missing: readonly number[] };

type Import = (specifier: string) => Promise<unknown>;

const settleMs = 1000;
const { setTimeout, clearTimeout } = globalThis;

/**
 * The client of the packages: makes the calls one after another, while the recorder of the same process watches them. Ends the
 * process, whatever the packages still have open. `load` imports as a module of the project does.
 */
export async function replay(load: Import): Promise<void> {
  const summary = take('AUTOLAND_REPLAY_SUMMARY');
  const calls = JSON.parse(readFileSync(take('AUTOLAND_REPLAY_CALLS'), 'utf8')) as readonly Call[];
  take('AUTOLAND_REPLAY_MODULE');
  // What a package leaves behind must not end the calls that follow.
  process.on('uncaughtException', () => undefined);
  process.on('unhandledRejection', () => undefined);
  const exit = process.exit.bind(process);
  const require = createRequire(join(process.cwd(), 'package.json'));
  const missing: number[] = [];
  for (const [at, call] of calls.entries()) {
    const found = await find(call, require, load);
    if (found === undefined) missing.push(at);
    else await make(call, found);
  }
  writeFileSync(summary, JSON.stringify({ done: calls.length, missing } satisfies ReplaySummary));
  exit(0);
}

/** Packages see an environment without it. */
function take(name: string): string {
  const value = process.env[name] ?? '';
  delete process.env[name];
  return value;
}

type Found = { readonly holder: object; readonly name: string | undefined };

/** A package may answer `require` and `import` differently: the recording does not say which it was. */
async function find({ steps }: Call, require: NodeJS.Require, load: Import): Promise<Found | undefined> {
  const [specifier, ...names] = steps;
  for (const ask of [() => require(specifier) as unknown, () => load(specifier)]) {
    const exports = await Promise.resolve()
      .then(ask)
      .catch(() => undefined);
    const found = walk(exports, names);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The object that holds the function, so that the function has its `this`. */
function walk(exports: unknown, names: readonly string[]): Found | undefined {
  const last = names.at(-1);
  let holder = exports;
  for (const name of names.slice(0, -1)) holder = isObject(holder) ? read(holder, name) : undefined;
  if (!isObject(holder)) return undefined;
  const found = last === undefined ? holder : read(holder, last);
  return typeof found === 'function' ? { holder, name: last } : undefined;
}

function read(of: object, name: string): unknown {
  try {
    return (of as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Answers and errors are the recorder's to see. */
async function make({ kind, args }: Call, { holder, name }: Found): Promise<void> {
  try {
    const given = args.map(decode);
    const called = (name === undefined ? holder : read(holder, name)) as () => unknown;
    const answer: unknown =
      kind === 'construct'
        ? Reflect.construct(called, given)
        : Reflect.apply(called, name === undefined ? undefined : holder, given);
    if (answer instanceof Promise) await settled(answer);
  } catch {
    // An outcome like others.
  }
}

function settled(promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, settleMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(done, done);
  });
}
