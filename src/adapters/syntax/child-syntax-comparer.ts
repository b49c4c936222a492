import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Capability, SourceText } from '../../domain/capabilities.ts';
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
    const output = await this.#runChild('compare-child', JSON.stringify(pairs));
    return output === undefined ? new Map() : readAnswer(output);
  }

  async capabilities(sources: readonly SourceText[]): Promise<ReadonlyMap<string, readonly Capability[]>> {
    if (sources.length === 0) return new Map();
    const output = await this.#runChild('capabilities-child', JSON.stringify(sources));
    return output === undefined ? new Map() : readCapabilities(output);
  }

  async faults(sources: readonly SourceText[]): Promise<ReadonlyMap<string, string | null>> {
    if (sources.length === 0) return new Map();
    const output = await this.#runChild('faults-child', JSON.stringify(sources));
    return output === undefined ? new Map() : readFaults(output);
  }

  #runChild(child: string, input: string): Promise<string | undefined> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const script = fileURLToPath(new URL(`./${child}.${extension}`, import.meta.url));
    return new Promise((resolve) => {
      const running = spawn(process.execPath, ['--max-old-space-size=1024', script], {
        env: {},
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: this.#timeoutMs,
        killSignal: 'SIGKILL',
      });
      const chunks: Buffer[] = [];
      running.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      running.on('error', () => resolve(undefined));
      running.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
      // A child that has crashed does not read on; its exit says so.
      running.stdin.on('error', () => undefined);
      running.stdin.end(input);
    });
  }
}

function readList(output: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(output);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** What the child says is this program's own work on hostile text, never the text itself. */
function readCapabilities(output: string): ReadonlyMap<string, readonly Capability[]> {
  const answer = new Map<string, readonly Capability[]>();
  for (const item of readList(output)) {
    if (!isRecord(item) || typeof item.id !== 'string' || !Array.isArray(item.found)) continue;
    answer.set(item.id, item.found);
  }
  return answer;
}

function readFaults(output: string): ReadonlyMap<string, string | null> {
  const answer = new Map<string, string | null>();
  for (const item of readList(output)) {
    if (!isRecord(item) || typeof item.id !== 'string') continue;
    if (item.fault === null || typeof item.fault === 'string') answer.set(item.id, item.fault);
  }
  return answer;
}

function readSame(forms: unknown): SyntaxComparison {
  return Array.isArray(forms) ? { same: true, forms: forms.map(String) } : { same: true };
}

function readAnswer(output: string): ReadonlyMap<string, SyntaxComparison> {
  const answer = new Map<string, SyntaxComparison>();
  for (const item of readList(output)) {
    if (!isRecord(item) || typeof item.path !== 'string') continue;
    if (item.same === true) answer.set(item.path, readSame(item.forms));
    if (item.same === false) answer.set(item.path, { same: false, why: String(item.why) });
  }
  return answer;
}
