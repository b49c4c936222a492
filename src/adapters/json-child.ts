import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type JsonChild = {
  /** The script beside `from`, without its extension. */
  readonly script: string;
  /** `import.meta.url` of the caller. */
  readonly from: string;
  readonly timeoutMs: number;
  readonly memoryMiB?: number;
};

const mostOutput = 32 * 1024 * 1024;

/**
 * Asks a child process, because hostile text can crash, hang or exhaust whatever reads it. JSON in, a JSON list out;
 * empty where the child crashed, hung, said too much or nonsense. It gets no environment.
 */
export async function askChild(child: JsonChild, question: unknown): Promise<readonly unknown[]> {
  const output = await run(child, JSON.stringify(question));
  try {
    const parsed: unknown = JSON.parse(output ?? '');
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function run({ script, from, timeoutMs, memoryMiB = 512 }: JsonChild, input: string) {
  const extension = from.endsWith('.ts') ? 'ts' : 'js';
  const path = fileURLToPath(new URL(`./${script}.${extension}`, from));
  return new Promise<string | undefined>((resolve) => {
    const running = spawn(process.execPath, [`--max-old-space-size=${memoryMiB}`, path], {
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    running.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostOutput) chunks.push(chunk);
      else running.kill('SIGKILL');
    });
    running.on('error', () => resolve(undefined));
    running.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
    // A child that has crashed does not read on; its exit says so.
    running.stdin.on('error', () => undefined);
    running.stdin.end(input);
  });
}

/** The child's side: what was asked, as a list. */
export async function readQuestion(): Promise<readonly unknown[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return Array.isArray(parsed) ? parsed : [];
}
