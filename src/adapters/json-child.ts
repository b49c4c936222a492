import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ownEnding } from '../own-ending.ts';

export type JsonChild = {
  /** The script beside `from`, without its extension. */
  readonly script: string;
  /** `import.meta.url` of the caller. */
  readonly from: string;
  readonly timeoutMs: number;
  readonly memoryMiB?: number;
  /** Default: the caller's own. */
  readonly cwd?: string;
};

const mostOutput = 32 * 1024 * 1024;

/**
 * Asks a child process, because hostile text can crash, hang or exhaust whatever reads it. JSON in, JSON out; undefined where the
 * child crashed, hung, said too much or nonsense. What a child says is this program's own work on hostile text, never the text itself.
 */
export async function askChild(child: JsonChild, question: unknown): Promise<unknown> {
  const output = await run(child, JSON.stringify(question));
  try {
    return output === undefined ? undefined : JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** As `askChild`; empty for whatever is no list. */
export async function askChildForList(child: JsonChild, question: unknown): Promise<readonly unknown[]> {
  const answer = await askChild(child, question);
  return Array.isArray(answer) ? answer : [];
}

function run({ script, from, timeoutMs, memoryMiB = 512, cwd }: JsonChild, input: string) {
  const path = fileURLToPath(new URL(`./${script}.${ownEnding}`, from));
  return new Promise<string | undefined>((resolve) => {
    const running = spawn(process.execPath, [`--max-old-space-size=${memoryMiB}`, path], {
      env: compiled(),
      cwd,
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

/** The whole environment of a child: where this program's compiled sources are kept, which halves its start. */
function compiled(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: kept } = process.env;
  return kept === undefined ? {} : { NODE_COMPILE_CACHE: kept };
}

/** The child's side: what was asked. Its parent is this same program: the shape is its own, only the texts are hostile. */
export async function readQuestion<Question>(): Promise<Question> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Question;
}

/** The child's side: writes the answer, and ends also where something still runs. */
export function writeAnswer(answer: unknown): void {
  process.stdout.write(JSON.stringify(answer), () => process.exit(0));
}
