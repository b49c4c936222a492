import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DeliveryState } from '../../domain/delivery.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { privateDir, readIfThere, writeAtomic } from '../runtime/files.ts';
import { safeName } from '../runtime/state-layout.ts';

const time = z.string();
const file: z.ZodType<{ version: 1; state: DeliveryState }> = z.strictObject({
  version: z.literal(1),
  state: z.strictObject({
    next: z.int().min(0),
    told: z.array(z.string()),
    attempts: z.int().min(0),
    notBefore: time.nullable(),
    lastDeliveredAt: time.nullable(),
    trouble: z.strictObject({ at: time, why: z.string() }).nullable(),
    givenUp: z.int().min(0),
    lastGivenUp: z.strictObject({ at: time, id: z.string(), why: z.string() }).nullable(),
  }),
});

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
      return file.parse(JSON.parse(text)).state;
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
