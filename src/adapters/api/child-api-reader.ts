import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ApiComparison, type ApiQuestion, apiBreakKinds, type SourceImports } from '../../domain/api.ts';
import type { SourceText } from '../../domain/capabilities.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import type { DeclaredFunction, ParameterQuestion } from '../../domain/parameter-types.ts';
import type { ApiReader } from '../../ports/api.ts';

const mostOutput = 16 * 1024 * 1024;

/** Reads in child processes: hostile declarations hang a type checker, and hostile source ends the process that parses it. */
export class ChildApiReader implements ApiReader {
  readonly #timeoutMs: number;

  constructor({ timeoutMs = 120_000 }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  async compare(question: ApiQuestion): Promise<ApiComparison | undefined> {
    const answer = parse(await this.#run('api-child', JSON.stringify(question)));
    return isComparison(answer) ? answer : undefined;
  }

  async imports(sources: readonly SourceText[]): Promise<ReadonlyMap<string, SourceImports>> {
    if (sources.length === 0) return new Map();
    const answer = parse(await this.#run('imports-child', JSON.stringify(sources)));
    return new Map((Array.isArray(answer) ? answer : []).filter(isImports).map((each) => [each.id, each]));
  }

  async parameters(question: ParameterQuestion): Promise<readonly DeclaredFunction[] | undefined> {
    const answer = parse(await this.#run('parameters-child', JSON.stringify(question)));
    const isWhole = Array.isArray(answer) && answer.length === question.functions.length;
    return isWhole && answer.every(isDeclared) ? answer : undefined;
  }

  #run(child: string, input: string): Promise<string | undefined> {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const script = fileURLToPath(new URL(`./${child}.${extension}`, import.meta.url));
    return new Promise((resolve) => {
      const running = spawn(process.execPath, ['--max-old-space-size=1536', script], {
        env: {},
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: this.#timeoutMs,
        killSignal: 'SIGKILL',
      });
      const chunks: Buffer[] = [];
      let size = 0;
      running.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostOutput) running.kill('SIGKILL');
        else chunks.push(chunk);
      });
      running.on('error', () => resolve(undefined));
      running.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined));
      // A child that has crashed does not read on; its exit says so.
      running.stdin.on('error', () => undefined);
      running.stdin.end(input);
    });
  }
}

function parse(output: string | undefined): unknown {
  try {
    return JSON.parse(output ?? 'null');
  } catch {
    return undefined;
  }
}

function isComparison(value: unknown): value is ApiComparison {
  if (!isRecord(value)) return false;
  const { breaks, sights, foreign } = value;
  const kinds: readonly unknown[] = apiBreakKinds;
  const isBreak = (each: unknown) => isRecord(each) && kinds.includes(each.kind);
  return Array.isArray(breaks) && breaks.every(isBreak) && Array.isArray(sights) && Array.isArray(foreign);
}

function isImports(value: unknown): value is SourceImports & { readonly id: string } {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    Array.isArray(value.imports) &&
    Array.isArray(value.members)
  );
}

function isDeclared(value: unknown): value is DeclaredFunction {
  return isRecord(value) && Array.isArray(value.old) && Array.isArray(value.now);
}
