import { AutolandError } from '../domain/errors.ts';
import { isFromOutside } from '../domain/kill.ts';
import type { FlagStore, RolloutFlag } from '../ports/flags.ts';

const parts = 10_000;

/** A flag store that forgets with its process. */
export class MemoryFlags implements FlagStore {
  readonly #flags = new Map<string, { weight: number; version: number; code?: string }>();
  /** Who killed which key, in order; a tombstone outlives its flag. */
  readonly kills: { readonly key: string; readonly by: string }[] = [];

  async read(key: string): Promise<RolloutFlag | undefined> {
    const stored = this.#flags.get(key);
    const killed = this.#isKilled(key) || this.#isKilled(stored?.code);
    const outside = this.kills.find(
      (kill) => [key, stored?.code].includes(kill.key) && isFromOutside(kill.by),
    );
    const killedBy = outside === undefined ? {} : { killedBy: outside.by };
    if (stored === undefined) return killed ? { key, weight: 0, version: 0, killed, ...killedBy } : undefined;
    return { key, ...stored, killed, ...killedBy, weight: killed ? 0 : stored.weight };
  }

  async all(): Promise<readonly RolloutFlag[]> {
    const flags = await Promise.all([...this.#flags.keys()].map((key) => this.read(key)));
    return flags.filter((flag) => flag !== undefined);
  }

  async write(key: string, weight: number, expected: number, code?: string): Promise<RolloutFlag> {
    assertKey(key);
    const whole = Math.abs(weight * parts - Math.round(weight * parts)) < 1e-6;
    if (!(weight >= 0 && weight <= 1 && whole)) throw new AutolandError('usage', `no weight: ${weight}`);
    const killed = this.#isKilled(key) || this.#isKilled(code);
    if (killed && weight > 0) throw new AutolandError('rollout.not-allowed', `flag ${key} was killed`);
    const stored = this.#flags.get(key);
    const isOfCode = stored === undefined || stored.code === code;
    const isThere = isOfCode && stored?.version === expected + 1 && stored.weight === weight;
    if (!isOfCode || (!isThere && (stored?.version ?? 0) !== expected))
      throw new AutolandError('flag.stale-version', `flag ${key} is at version ${stored?.version ?? 'none'}`);
    const written = { weight, version: expected + 1, ...(code === undefined ? {} : { code }) };
    this.#flags.set(key, written);
    return { key, killed, ...written };
  }

  async kill(key: string, by: string): Promise<void> {
    this.kills.push({ key: assertKey(key), by });
  }

  async retire(key: string): Promise<void> {
    this.#flags.delete(key);
  }

  #isKilled(key: string | undefined): boolean {
    return this.kills.some((kill) => kill.key === key);
  }
}

function assertKey(key: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(key)) return key;
  throw new AutolandError('usage', `no flag key: ${JSON.stringify(key)}`);
}
