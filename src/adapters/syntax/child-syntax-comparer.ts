import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { SourcePair, SyntaxComparison } from '../../domain/syntax.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';

/**
 * Compares in a child process, because hostile source can end the process that parses it.
 * Answers nothing for the pairs of a child that crashed, hung or answered nonsense.
 */
export class ChildSyntaxComparer implements SyntaxComparer {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 30_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async compare(pairs: readonly SourcePair[]): Promise<ReadonlyMap<string, SyntaxComparison>> {
    if (pairs.length === 0) return new Map();
    const output = await this.#runChild(JSON.stringify(pairs));
    return output === undefined ? new Map() : readAnswer(output);
  }

  #runChild(input: string): Promise<string | undefined> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const script = fileURLToPath(new URL(`./compare-child.${extension}`, import.meta.url));
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['--max-old-space-size=1024', script], {
        env: {},
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: this.#timeoutMs,
        killSignal: 'SIGKILL',
      });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('error', () => resolve(undefined));
      child.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
      // A child that has crashed does not read on; its exit says so.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }
}

function readAnswer(output: string): ReadonlyMap<string, SyntaxComparison> {
  const answer = new Map<string, SyntaxComparison>();
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    return answer;
  }
  for (const item of Array.isArray(parsed) ? parsed : []) {
    if (!isRecord(item) || typeof item.path !== 'string') continue;
    if (item.same === true) answer.set(item.path, { same: true });
    if (item.same === false) answer.set(item.path, { same: false, why: String(item.why) });
  }
  return answer;
}
