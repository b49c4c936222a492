import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Executable } from './executable.ts';
import { endGroup, signalGroup, startGroup } from './process-group.ts';

export type CommandRun = {
  readonly executable: Executable;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly timeoutMs: number;
  /** Of both outputs together. */
  readonly outputBytes: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
};

export type CommandEnd = {
  readonly stdout: string;
  readonly stderr: string;
} & (
  | { readonly kind: 'exited'; readonly code: number }
  /** By somebody else. */
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'not-started'; readonly why: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'too-much-output' }
  | { readonly kind: 'given-up' }
);

/** What left the process group may keep the pipes open: nobody waits for it. */
const PIPES_MS = 1000;

/** Runs it to its end in a process group of its own, and leaves nothing of that group behind. Never rejects. */
export function runCommand(run: CommandRun): Promise<CommandEnd> {
  const child = startGroup(run);
  if ('why' in child) return Promise.resolve({ kind: 'not-started', why: child.why, stdout: '', stderr: '' });
  return new Promise((resolve) => {
    let cut: 'timed-out' | 'too-much-output' | 'given-up' | undefined;
    const stop = (why: typeof cut) => {
      cut ??= why;
      void endGroup(child);
    };
    const outputs = new Outputs(child, run.outputBytes, () => stop('too-much-output'));
    const giveUp = () => stop('given-up');
    const timer = setTimeout(() => stop('timed-out'), run.timeoutMs);
    if (run.signal.aborted) giveUp();
    run.signal.addEventListener('abort', giveUp, { once: true });
    const settle = (end: Parameters<typeof withOutputs>[0]) => {
      clearTimeout(timer);
      run.signal.removeEventListener('abort', giveUp);
      resolve(withOutputs(cut === undefined ? end : { kind: cut }, outputs));
    };
    child.once('error', ({ message }) => settle({ kind: 'not-started', why: message }));
    child.once('exit', (code, by) => {
      signalGroup(child, 'SIGKILL');
      const end =
        code === null ? { kind: 'killed' as const, by: by ?? 'a signal' } : { kind: 'exited' as const, code };
      void outputs.closed(PIPES_MS).then(() => settle(end));
    });
    // It may end before it has read everything.
    child.stdin?.on('error', () => {});
    child.stdin?.end(run.input);
  });
}

type Plain<T> = T extends unknown ? Omit<T, 'stdout' | 'stderr'> : never;

function withOutputs(end: Plain<CommandEnd>, outputs: Outputs): CommandEnd {
  return { ...end, stdout: outputs.text('stdout'), stderr: outputs.text('stderr') } as CommandEnd;
}

/** What it writes, up to a limit: who writes more is told of, and not read any further. */
class Outputs {
  readonly #child: ChildProcess;
  readonly #chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  readonly #closed: Promise<unknown>;

  constructor(child: ChildProcess, limit: number, tooMuch: () => void) {
    this.#child = child;
    let left = limit;
    const streams = (['stdout', 'stderr'] as const).map((name) => {
      const stream = child[name];
      stream?.on('data', (chunk: Buffer) => {
        if (left < chunk.length) tooMuch();
        this.#chunks[name].push(chunk.subarray(0, Math.max(0, left)));
        left -= chunk.length;
      });
      return stream === null ? Promise.resolve() : ended(stream);
    });
    this.#closed = Promise.all(streams);
  }

  async closed(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([this.#closed, late]);
    clearTimeout(timer);
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  text(name: 'stdout' | 'stderr'): string {
    return Buffer.concat(this.#chunks[name]).toString('utf8');
  }
}

function ended(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
    stream.on('error', () => resolve());
  });
}
