import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type KeptChild = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type KeepAliveOptions = {
  /** Everything ends when this stream does; children then get a pipe as standard input, and end with it. */
  readonly ephemeral?: Readable;
  /** From SIGTERM to SIGKILL. */
  readonly limitMs?: number;
  /** Told of each start and end, for the log. */
  readonly onEvent?: (event: KeepAliveEvent) => void;
};

export type KeepAliveEvent =
  | { readonly kind: 'started'; readonly name: string; readonly pid: number }
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

/** Runs the children, and again whenever one dies, until SIGTERM, SIGINT or `stop`. */
export function keepAlive(children: readonly KeptChild[], options: KeepAliveOptions = {}): KeptProcesses {
  const stopping = new AbortController();
  const running = new Map<string, ChildProcess>();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  options.ephemeral?.once('end', stop).once('close', stop).resume();
  const loops = children.map((child) => keepOne(child, { ...options, running, signal: stopping.signal }));
  const done = Promise.all(loops).then(() => {
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
  readonly running: Map<string, ChildProcess>;
  readonly signal: AbortSignal;
};

async function keepOne(child: KeptChild, keeping: Keeping): Promise<void> {
  let failures = 0;
  while (!keeping.signal.aborted) {
    const begun = performance.now();
    const why = await runOnce(child, keeping);
    if (performance.now() - begun > STEADY_MS) failures = 0;
    const pause = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures);
    // Whoever was killed did nothing wrong: only what ends by itself is made to wait longer and longer.
    if (!why.startsWith('signal')) failures += 1;
    keeping.onEvent?.({
      kind: 'ended',
      name: child.name,
      why,
      againInMs: keeping.signal.aborted ? null : pause,
    });
    await sleep(pause, keeping.signal);
  }
}

/** Answers why it ended. */
async function runOnce(child: KeptChild, keeping: Keeping): Promise<string> {
  const { signal, running } = keeping;
  const stdin = keeping.ephemeral === undefined ? 'ignore' : 'pipe';
  const started = spawn(child.file, child.args, { env: child.env, stdio: [stdin, 'inherit', 'inherit'] });
  let killTimer: NodeJS.Timeout | undefined;
  const terminate = () => {
    started.kill('SIGTERM');
    killTimer = setTimeout(() => started.kill('SIGKILL'), keeping.limitMs ?? 5000);
  };
  signal.addEventListener('abort', terminate, { once: true });
  try {
    if (started.pid !== undefined) {
      running.set(child.name, started);
      keeping.onEvent?.({ kind: 'started', name: child.name, pid: started.pid });
    }
    const [code, name]: unknown[] = await once(started, 'exit');
    return name === null ? `exit code ${code}` : `signal ${name}`;
  } catch (thrown) {
    return String(thrown);
  } finally {
    clearTimeout(killTimer);
    signal.removeEventListener('abort', terminate);
    running.delete(child.name);
  }
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

/** For a child of an ephemeral `keepAlive`: ends this process when its standard input does, so that kill -9 of the parent leaves nothing. */
export function endWithStdin(end: () => void = () => process.exit(0)): void {
  process.stdin.once('end', end).once('close', end).once('error', end).resume();
}
