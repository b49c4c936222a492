import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Replayed } from './replay.ts';

/** What was replayed so far, a line of JSON each, so that a run that is cut goes on where it stopped. */
export class KeptResults {
  readonly #file: string | undefined;
  readonly #known: ReadonlyMap<string, Replayed>;

  /** undefined: nothing is kept. */
  constructor(file: string | undefined) {
    this.#file = file;
    const lines = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const results = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Replayed);
    this.#known = new Map(results.map((result) => [result.case, result]));
  }

  async of(id: string, replay: () => Promise<Replayed>): Promise<Replayed> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const result = await replay();
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
    return result;
  }
}
