import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelExchange } from '../../domain/model.ts';
import type { ExchangeLog } from '../../ports/model.ts';

/** Each exchange as a line of JSON, in a file that its owner alone can read. */
export class ExchangeFile implements ExchangeLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async record(exchange: ModelExchange): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await appendFile(this.path, `${JSON.stringify(exchange)}\n`, { mode: 0o600, flush: true });
  }
}
