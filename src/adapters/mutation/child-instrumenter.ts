import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Instrumentation, InstrumentedFile, MutationTarget } from '../../domain/mutation.ts';

export type InstrumenterLimits = { readonly timeoutMs: number; readonly memoryMiB: number };

const defaults: InstrumenterLimits = { timeoutMs: 60_000, memoryMiB: 1024 };

/**
 * Instruments in a child process, because hostile source can take all memory and time of whatever parses it. A child that
 * crashed, hung or answered nonsense has read nothing: all targets are `unreadable` then.
 */
export async function instrumentInChild(
  targets: readonly MutationTarget[],
  limits: Partial<InstrumenterLimits> = {},
): Promise<Instrumentation> {
  const nonce = `m${randomBytes(8).toString('hex')}`;
  const variables = { awake: nonce, reached: `${nonce}_file` };
  const output =
    targets.length === 0 ? '[]' : await runChild({ targets, ...variables }, { ...defaults, ...limits });
  const files = readFiles(output);
  const read = new Set(files.map(({ path }) => path));
  return { files, variables, unreadable: targets.map(({ path }) => path).filter((path) => !read.has(path)) };
}

function runChild(work: object, { timeoutMs, memoryMiB }: InstrumenterLimits): Promise<string | undefined> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const script = fileURLToPath(new URL(`./instrument-child.${extension}`, import.meta.url));
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [`--max-old-space-size=${memoryMiB}`, script], {
      // Babel looks for settings in its working directory: this one is the program's own.
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    running.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    running.on('error', () => resolve(undefined));
    running.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
    // A child that has crashed does not read on; its exit says so.
    running.stdin.on('error', () => undefined);
    running.stdin.end(JSON.stringify(work));
  });
}

/** What the child says is this program's own work on hostile text, never the text itself. */
function readFiles(output: string | undefined): readonly InstrumentedFile[] {
  try {
    const parsed: unknown = JSON.parse(output ?? '');
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
