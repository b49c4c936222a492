import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decode } from '../replay/decode.ts';
import { type Call, type Found, findFunction } from '../replay/make-call.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

type Ready = { readonly run: (...args: readonly unknown[]) => unknown; readonly args: readonly unknown[] };

const settleMs = 1000;
const send = process.send?.bind(process);
const { setTimeout, clearTimeout } = globalThis;
let ready: readonly Ready[] = [];
/** What nobody uses, a compiler may leave out. */
let last: unknown;

process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);
process.once('message', (calls: readonly Call[]) => void begin(calls));

function tell(message: FromWorker): void {
  send?.(message);
}

async function begin(calls: readonly Call[]): Promise<void> {
  const require = createRequire(join(process.cwd(), 'package.json'));
  const found: Found[] = [];
  for (const call of calls) {
    const one = await find(call, require);
    if (one === undefined) return tell({ missing: call.steps.join('.') });
    found.push(one);
  }
  process.on('message', (asked: ToWorker) => {
    if ('go' in asked) void makeAll();
    else {
      // Anew each time: a call may change what it is handed.
      ready = Array.from({ length: asked.prepare }, () =>
        calls.map((call, at) => made(call, found[at])),
      ).flat();
      tell({ prepared: true });
    }
  });
  tell({ loaded: true });
}

/** A benchmark's own file has one function: its default export, whichever way it is loaded. */
async function find({ steps: [file, ...names], ...call }: Call, require: NodeJS.Require) {
  const path = join(process.cwd(), file);
  const load = (specifier: string): Promise<unknown> => import(specifier);
  const named = await findFunction({ ...call, steps: [path, ...names] }, require, load);
  return (
    named ??
    (names.length === 0 ? findFunction({ ...call, steps: [path, 'default'] }, require, load) : undefined)
  );
}

function made({ kind, args }: Call, found: Found | undefined): Ready {
  const given = args.map(decode);
  const { holder, name } = found ?? { holder: {}, name: undefined };
  const called = (name === undefined ? holder : (holder as Record<string, unknown>)[name]) as () => unknown;
  const self = name === undefined ? undefined : holder;
  return kind === 'construct'
    ? { run: (...all) => Reflect.construct(called, all), args: given }
    : { run: (...all) => Reflect.apply(called, self, all), args: given };
}

async function makeAll(): Promise<void> {
  for (const { run, args } of ready) {
    try {
      last = run(...args);
      if (last instanceof Promise) await settled(last);
    } catch (thrown) {
      // An outcome like others: both sides have it.
      last = thrown;
    }
  }
  tell({ done: true });
}

function settled(promise: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, settleMs);
    const end = () => {
      clearTimeout(timer);
      resolve(undefined);
    };
    promise.then(end, end);
  });
}
