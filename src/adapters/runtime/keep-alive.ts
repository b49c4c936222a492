import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { messageOf } from '../../domain/errors.ts';
import { killChild } from '../kill-child.ts';
import { type ChildRecord, readChildren, writeChildren } from './children-file.ts';
import { ended, isAlive, signal, startTimeOf } from './processes/process-identity.ts';

export type KeptChild = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type KeepAliveOptions = {
  /**
   * Where the children are recorded. One that a killed keeper left is watched instead of started a second time,
   * or ended first when its command line is another by now.
   */
  readonly record: string;
  /** Everything ends when this stream does; children then end with their standard input. */
  readonly ephemeral?: Readable;
  /** From SIGTERM to SIGKILL. */
  readonly limitMs?: number;
  /** Told of each start and end, for the log. */
  readonly onEvent?: (event: KeepAliveEvent) => void;
};

export type KeepAliveEvent =
  | { readonly kind: 'started' | 'adopted'; readonly name: string; readonly pid: number }
  | {
      readonly kind: 'ended';
      readonly name: string;
      readonly why: string;
      readonly againInMs: number | null;
    };

export type KeptProcesses = {
  /** Ends all children: SIGTERM, then SIGKILL after the limit. */
  stop(): Promise<void>;
  /** Settles when all have ended for good. */
  readonly done: Promise<void>;
  /** undefined: not running just now. */
  pid(name: string): number | undefined;
};

const BACKOFF_MS = { first: 200, most: 10_000 };
const STEADY_MS = 10_000;
const LIMIT_MS = 5_000;
const ADOPTED_LOOK_MS = 50;

/** Runs the children, and again whenever one dies, until SIGTERM, SIGINT or `stop`. Throws `state.corrupt`. */
export function keepAlive(children: readonly KeptChild[], options: KeepAliveOptions): KeptProcesses {
  const stopping = new AbortController();
  const left = readChildren(options.record).filter(isAlive);
  const running = new Map(left.map((one) => [one.name, one]));
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  options.ephemeral?.once('end', stop).once('close', stop).resume();
  const keeping = { ...options, running, signal: stopping.signal };
  const wanted = new Set(children.map(({ name }) => name));
  const unwanted = left.filter(({ name }) => !wanted.has(name)).map((one) => end(one, keeping));
  const loops = children.map((child) => keepOne(child, left, keeping));
  const done = Promise.all([...unwanted, ...loops]).then(() => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    options.ephemeral?.off('end', stop).off('close', stop);
  });
  return {
    done,
    stop: () => {
      stop();
      return done;
    },
    pid: (name) => running.get(name)?.pid,
  };
}

type Keeping = KeepAliveOptions & {
  readonly running: Map<string, ChildRecord>;
  readonly signal: AbortSignal;
};

async function keepOne(child: KeptChild, left: readonly ChildRecord[], keeping: Keeping): Promise<void> {
  let failures = 0;
  const mine = left.find(({ name }) => name === child.name);
  for (let found = mine; !keeping.signal.aborted; found = undefined) {
    const begun = performance.now();
    const { why, fault } = await (found === undefined
      ? runOnce(child, keeping)
      : adopt(found, child, keeping));
    if (performance.now() - begun > STEADY_MS) failures = 0;
    const pause = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures);
    // Whoever was killed did nothing wrong: only what ends by itself is made to wait longer and longer.
    if (fault) failures += 1;
    keeping.onEvent?.({
      kind: 'ended',
      name: child.name,
      why,
      againInMs: keeping.signal.aborted ? null : pause,
    });
    await sleep(pause, keeping.signal);
  }
}

type Ended = {
  readonly why: string /** It was not killed, as far as can be known. */;
  readonly fault: boolean;
};

/** Watches a child of an earlier keeper to its end: nobody can wait for what is not a child of one's own. */
async function adopt(found: ChildRecord, child: KeptChild, keeping: Keeping): Promise<Ended> {
  const { name, pid } = found;
  if (JSON.stringify(found.args) !== JSON.stringify(child.args)) {
    await end(found, keeping);
    return { why: 'an earlier start gave it other options', fault: false };
  }
  keeping.onEvent?.({ kind: 'adopted', name, pid });
  while (isAlive(found) && !keeping.signal.aborted) await sleep(ADOPTED_LOOK_MS, keeping.signal);
  await end(found, keeping);
  return { why: 'its exit code is not known, it was adopted', fault: false };
}

async function end(target: ChildRecord, { limitMs = LIMIT_MS, running }: Keeping): Promise<void> {
  signal(target, 'SIGTERM');
  if (!(await ended(target, limitMs))) signal(target, 'SIGKILL');
  await ended(target, limitMs);
  running.delete(target.name);
}

async function runOnce(child: KeptChild, keeping: Keeping): Promise<Ended> {
  const { signal } = keeping;
  const started = spawn(child.file, child.args, { env: child.env, stdio: ['pipe', 'inherit', 'inherit'] });
  let killTimer: NodeJS.Timeout | undefined;
  const terminate = () => {
    killChild(started, 'SIGTERM');
    killTimer = setTimeout(() => killChild(started, 'SIGKILL'), keeping.limitMs ?? LIMIT_MS);
  };
  signal.addEventListener('abort', terminate, { once: true });
  try {
    const exit = once(started, 'exit');
    release(started, child, keeping);
    const [code, name]: unknown[] = await exit;
    return name === null
      ? { why: `exit code ${code}`, fault: true }
      : { why: `signal ${name}`, fault: false };
  } catch (thrown) {
    // It may wait for its release: nothing could be recorded.
    killChild(started, 'SIGKILL');
    return { why: messageOf(thrown), fault: true };
  } finally {
    clearTimeout(killTimer);
    signal.removeEventListener('abort', terminate);
    keeping.running.delete(child.name);
  }
}

/** Lets a child go to work once it is on record: a keeper killed before that must leave nothing that works unknown. */
function release(started: ChildProcess, child: KeptChild, keeping: Keeping): void {
  const { pid, stdin } = started;
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  stdin?.on('error', () => {});
  if (pid === undefined || startTime === undefined) return;
  keeping.running.set(child.name, { name: child.name, pid, startTime, args: child.args });
  writeChildren(keeping.record, [...keeping.running.values()]);
  if (keeping.ephemeral === undefined) stdin?.end(GO);
  else stdin?.write(GO);
  keeping.onEvent?.({ kind: 'started', name: child.name, pid });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', wake);
      resolve();
    }, ms);
    signal.addEventListener('abort', wake, { once: true });
  });
}

const GO = 'go\n';

/** For a child of `keepAlive`: waits until the keeper has put it on record; ends this process when it never does. */
export async function awaitRelease(): Promise<void> {
  await new Promise<void>((resolve) => {
    const gone = () => process.exit(0);
    process.stdin.once('end', gone).once('error', gone);
    process.stdin.once('data', () => {
      // Paused, so that its end is not missed before somebody listens.
      process.stdin
        .off('end', gone)
        .off('error', gone)
        .on('error', () => {})
        .pause();
      resolve();
    });
  });
}

/** For a child of an ephemeral `keepAlive`: ends this process when its standard input does, so that kill -9 of the parent leaves nothing. */
export function endWithStdin(end: () => void = () => process.exit(0)): void {
  process.stdin.once('end', end).once('close', end).once('error', end).resume();
}
