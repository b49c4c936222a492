import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryState } from '../../domain/delivery.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { privateDir, readIfThere, writeAtomic } from '../runtime/files.ts';
import { safeName } from '../runtime/state-layout.ts';

const ending = '.json';

/** STATE/notify/NAME.json: how far each receiver has been told. The notifier alone writes it. */
export class DeliveryFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** undefined: nobody was ever told anything under this name. Rejects with `state.corrupt`. */
  read(name: string): DeliveryState | undefined {
    const path = this.#path(name);
    const text = readIfThere(path);
    if (text === undefined) return undefined;
    try {
      return parse(JSON.parse(text));
    } catch (cause) {
      throw new AutolandError('state.corrupt', `${path} is not as it was written: ${messageOf(cause)}`, {
        mend: 'remove the file: the receiver is then told what happens from now on',
        cause,
      });
    }
  }

  write(name: string, state: DeliveryState): void {
    privateDir(this.#dir);
    writeAtomic(this.#path(name), `${JSON.stringify({ version: 1, state }, undefined, 2)}\n`);
  }

  /** []: there is no receiver, and there never was. */
  names(): readonly string[] {
    try {
      const files = readdirSync(this.#dir).filter((name) => name.endsWith(ending));
      return files.map((name) => name.slice(0, -ending.length)).sort();
    } catch {
      return [];
    }
  }

  #path(name: string): string {
    return join(this.#dir, `${safeName(name, 'receiver name')}${ending}`);
  }
}

/** By hand: `status` reads it too, and would wait longer for a schema library than for all else. */
function parse(value: unknown): DeliveryState {
  const { version, state } = record(value);
  if (version !== 1) throw new Error('expected version 1');
  const { next, told, attempts, notBefore, lastDeliveredAt, trouble, givenUp, lastGivenUp } = record(state);
  if (!Array.isArray(told)) throw new Error('told must be a list');
  return {
    next: count(next),
    told: told.map(text),
    attempts: count(attempts),
    notBefore: orNull(notBefore, time),
    lastDeliveredAt: orNull(lastDeliveredAt, time),
    trouble: orNull(trouble, (one) => ({ at: time(record(one).at), why: text(record(one).why) })),
    givenUp: count(givenUp),
    lastGivenUp: orNull(lastGivenUp, (one) => {
      const { at, id, why } = record(one);
      return { at: time(at), id: text(id), why: text(why) };
    }),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error('expected an object');
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value);
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`expected a count, found ${JSON.stringify(value)}`);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`expected a string, found ${JSON.stringify(value)}`);
}

/** One that cannot be read would be before and after everything. */
function time(value: unknown): string {
  const found = text(value);
  if (!Number.isNaN(Date.parse(found))) return found;
  throw new Error(`expected a time, found ${JSON.stringify(found)}`);
}
