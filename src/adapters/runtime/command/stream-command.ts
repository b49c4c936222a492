import type { ChildProcess } from 'node:child_process';
import { lastWords } from '../last-words.ts';
import type { Begin } from './command-caller.ts';
import { endGroup, signalGroup, startGroup } from './process-group.ts';

const LONGEST_LINE = 1 << 16;
const STDERR_KEPT = 8192;
/** What left the process group may keep the pipe open: nobody waits for it. */
const PIPE_MS = 1000;

export type Heard = {
  readonly line: (text: string) => void;
  /** Told once, after the last line. */
  readonly ended: (why: string) => void;
};

/**
 * Runs a program for as long as it likes, and hands on each line of its output as it comes. Its standard input stays open for as long
 * as it is wanted. Answers what ends it, with all of its process group.
 */
export function streamCommand(begin: Begin, heard: Heard): () => void {
  const child = startGroup(begin);
  if ('why' in child) {
    heard.ended(`it could not be started (${child.why})`);
    return () => {};
  }
  let cut: string | undefined;
  let stderr = '';
  const stop = (why: string) => {
    cut ??= why;
    void endGroup(child);
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  handLines(child, heard.line, () => stop(`it wrote a line of more than ${LONGEST_LINE} characters`));
  let isOver = false;
  const over = (why: string) => {
    if (isOver) return;
    isOver = true;
    heard.ended(`${cut ?? why}. The end of its standard error:\n${lastWords(stderr, begin.secrets)}`);
  };
  child.once('error', ({ message }) => over(`it could not be started (${message})`));
  child.once('exit', (code, by) => {
    signalGroup(child, 'SIGKILL');
    setTimeout(() => child.stdout?.destroy(), PIPE_MS).unref();
    child.once('close', () =>
      over(by === null ? `it ended with exit code ${code}` : `it was ended by ${by}`),
    );
  });
  child.stdin?.on('error', () => {});
  child.stdin?.write(begin.input);
  return () => stop('it was ended, as it was not wanted any more');
}

function handLines({ stdout }: ChildProcess, hand: (text: string) => void, tooLong: () => void): void {
  let rest = '';
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') hand(line);
    if (rest.length <= LONGEST_LINE) return;
    rest = '';
    stdout.destroy();
    tooLong();
  });
}
