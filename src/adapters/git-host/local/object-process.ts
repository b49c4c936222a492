import type { ChildProcess } from 'node:child_process';
import { AutolandError } from '../../../domain/errors.ts';
import { killChild } from '../../kill-child.ts';
import { BatchReplies, type Reply } from './batch-replies.ts';
import { cannotStart, defaultGitLimits, type GitLimits, startGit, timedOut, tooLarge } from './run-git.ts';

/** `info`: its name, type and size alone. */
export type Question = { readonly ask: 'contents' | 'info'; readonly object: string };

/** Where git finds the objects. */
export type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string>> };

type Waiting = Question & {
  readonly answer: (reply: Reply) => void;
  readonly fail: (fault: AutolandError) => void;
};

const args = ['cat-file', '--batch-command'];
const IDLE_MS = 2000;

/**
 * One git that answers question after question: to start one for each takes ten times as long as the answer. It ends when nobody
 * has asked for a while, and with this process. What is too large, or takes too long, is the fault of that one question: the
 * others are asked again, of a new one.
 */
export class ObjectProcess {
  readonly #place: () => Promise<Place>;
  readonly #limits: GitLimits;
  readonly #waiting: Waiting[] = [];
  #running: ChildProcess | undefined;
  #starting: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #late: NodeJS.Timeout | undefined;

  constructor(place: () => Promise<Place>, limits: GitLimits = defaultGitLimits) {
    this.#place = place;
    this.#limits = limits;
  }

  /**
   * `object` MUST be a full object name, and what git peels it by. Rejects with `git.failed`, `git.timeout` or `git.too-large`.
   */
  ask(question: Question): Promise<Reply> {
    return new Promise((answer, fail) => {
      const waiting = { ...question, answer, fail };
      this.#waiting.push(waiting);
      if (this.#running === undefined) this.#start();
      else this.#write(this.#running, [waiting]);
    });
  }

  close(): void {
    const closed = new AutolandError('git.failed', 'the repository was closed while it was read');
    for (const { fail } of this.#waiting.splice(0)) fail(closed);
    if (this.#running !== undefined) this.#letGo(this.#running);
  }

  #start(): void {
    this.#starting ??= this.#run()
      .catch((thrown: unknown) => {
        const fault = thrown instanceof AutolandError ? thrown : cannotStart(thrown);
        for (const { fail } of this.#waiting.splice(0)) fail(fault);
      })
      .finally(() => {
        this.#starting = undefined;
      });
  }

  async #run(): Promise<void> {
    const child = startGit({ args, ...(await this.#place()) });
    const replies = new BatchReplies(this.#limits.outputBytes, () => this.#waiting[0]?.ask === 'contents');
    this.#running = child;
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, replies, chunk));
    // What is wrong stands in its answers, or in that it ends.
    child.stderr.resume();
    child.stdin.on('error', () => {});
    child.on('error', (cause) => this.#ended(child, cannotStart(cause)));
    child.on('close', () => this.#ended(child, unreadable('that it has ended')));
    this.#write(child, this.#waiting);
  }

  #write(child: ChildProcess, questions: readonly Waiting[]): void {
    clearTimeout(this.#idle);
    holdOpen(child, true);
    this.#late ??= this.#limitOf(child);
    child.stdin?.write(questions.map(({ ask, object }) => `${ask} ${object}\n`).join(''));
  }

  #take(child: ChildProcess, replies: BatchReplies, chunk: Buffer): void {
    if (child !== this.#running) return;
    for (const reply of replies.push(chunk)) {
      if (typeof reply === 'string') {
        this.#ended(child, reply === 'too-large' ? tooLarge(this.#limits) : unreadable('something else'));
        return;
      }
      this.#waiting.shift()?.answer(reply);
      clearTimeout(this.#late);
      this.#late = this.#waiting.length > 0 ? this.#limitOf(child) : undefined;
    }
    if (this.#waiting.length > 0) return;
    holdOpen(child, false);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#letGo(child), IDLE_MS).unref();
  }

  #limitOf(child: ChildProcess): NodeJS.Timeout {
    return setTimeout(() => this.#ended(child, timedOut({ args }, this.#limits)), this.#limits.timeoutMs);
  }

  /** The fault is that of the question which was next. */
  #ended(child: ChildProcess, fault: AutolandError): void {
    if (child !== this.#running) return;
    this.#letGo(child);
    killChild(child, 'SIGKILL');
    this.#waiting.shift()?.fail(fault);
    if (this.#waiting.length > 0) this.#start();
  }

  /** It ends by itself, and is no more asked. */
  #letGo(child: ChildProcess): void {
    for (const timer of [this.#idle, this.#late]) clearTimeout(timer);
    this.#late = undefined;
    this.#running = undefined;
    child.stdin?.end();
  }
}

/** Whether this process goes on for as long as the child does. */
function holdOpen(child: ChildProcess, holds: boolean): void {
  const act = holds ? 'ref' : 'unref';
  child[act]();
  // Pipes are sockets, whatever their type says.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Partial<Holding> | null)?.[act]?.();
}

type Holding = { ref(): void; unref(): void };

function unreadable(found: string): AutolandError {
  return new AutolandError('git.failed', `expected an answer of git cat-file, found ${found}`, {
    mend: 'check the repository with git fsck',
  });
}
