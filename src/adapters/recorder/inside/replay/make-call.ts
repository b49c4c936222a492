import { decode } from './decode.ts';

/** One of those that were read and found well-formed (`RecordedCall` of the domain). */
export type Call = {
  readonly kind: 'call' | 'construct';
  readonly steps: readonly [string, ...string[]];
  readonly args: readonly unknown[];
};

/** Imports as a module of the project does. */
export type Import = (specifier: string) => Promise<unknown>;

export type Found = { readonly holder: object; readonly name: string | undefined };

const { setTimeout, clearTimeout } = globalThis;

/** A package may answer `require` and `import` differently: the recording does not say which it was. */
export async function findFunction(
  { steps }: Call,
  require: NodeJS.Require,
  load: Import,
): Promise<Found | undefined> {
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

/** Answers and errors are the recorder's to see. Answers false when a promise is still open after `settleMs`. */
export async function makeCall(
  { kind, args }: Call,
  { holder, name }: Found,
  settleMs: number,
): Promise<boolean> {
  try {
    const given = args.map(decode);
    const called = (name === undefined ? holder : read(holder, name)) as () => unknown;
    const answer: unknown =
      kind === 'construct'
        ? Reflect.construct(called, given)
        : Reflect.apply(called, name === undefined ? undefined : holder, given);
    return answer instanceof Promise ? await isSettled(answer, settleMs) : true;
  } catch {
    // An outcome like others.
    return true;
  }
}

function isSettled(promise: Promise<unknown>, settleMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), settleMs);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(done, done);
  });
}
