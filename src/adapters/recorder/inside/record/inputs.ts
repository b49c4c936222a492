import type { Crossing } from '../handler.ts';
import { encodeOpenly } from '../sample/encode.ts';
import type { Entry } from './ledger.ts';
import type { RecordWriter } from './writer.ts';

const mostCalls = 400;
const mostOfOne = 40;
const mostText = 8 * 1024;

/** Writes down with which arguments exports are called, where these are plain data, so that others like them can be tried. */
export class Inputs {
  readonly #writer: RecordWriter;
  readonly #kept = new Map<string, number>();
  #left = mostCalls;

  constructor(writer: RecordWriter) {
    this.#writer = writer;
  }

  /** Before the call: a package may change what it is handed. */
  keep({ package: name, kind, steps, args }: Crossing, { times }: Entry): void {
    if (times > 1 || steps.length === 0 || this.#left <= 0) return;
    const of = { t: 'input', v: 1, package: name, kind, steps };
    const key = JSON.stringify(of);
    const kept = this.#kept.get(key) ?? 0;
    if (kept >= mostOfOne) return;
    const encoded = encodeOpenly(args);
    const line = { ...of, args: encoded };
    if (encoded === undefined || JSON.stringify(line).length > mostText) return;
    this.#kept.set(key, kept + 1);
    this.#left--;
    this.#writer.write(line);
  }
}
