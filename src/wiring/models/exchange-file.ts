import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelExchange } from '../../domain/model.ts';
import type { ExchangeLog } from '../../ports/model.ts';

const mostBytes = 64 * 1024 * 1024;

/**
 * Each exchange as a line of JSON, in a file that its owner alone can read. Once it is full it is put aside as `PATH.old`, over the one
 * before, so that a cache that is kept for years does not grow for years.
 */
export class ExchangeFile implements ExchangeLog {
  readonly path: string;
  readonly #mostBytes: number;

  constructor(path: string, most = mostBytes) {
    this.path = path;
    this.#mostBytes = most;
  }

  async record(exchange: ModelExchange): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const kept = await stat(this.path).catch(() => undefined);
    if (kept !== undefined && kept.size >= this.#mostBytes) await rename(this.path, `${this.path}.old`);
    await appendFile(this.path, `${JSON.stringify(exchange)}\n`, { mode: 0o600, flush: true });
  }
}
