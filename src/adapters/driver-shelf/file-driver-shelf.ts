import { readdir } from 'node:fs/promises';
import type { KeptDrivers, ShelvedDriver } from '../../domain/driver.ts';
import type { DriverShelf } from '../../ports/driver-shelf.ts';
import { digestOf, FileTextCache } from '../text-cache.ts';

const limits = { entries: 100, bytes: 64 * 1024 };

/** One file for each; what was not asked for longest is forgotten first. */
export class FileDriverShelf implements DriverShelf {
  readonly #directory: string;
  readonly #texts: FileTextCache;

  constructor(directory: string) {
    this.#directory = directory;
    this.#texts = new FileTextCache(directory, limits);
  }

  async put({ author, packages, drivers }: KeptDrivers): Promise<void> {
    for (const { driver, noticed } of drivers) {
      const shelved: ShelvedDriver = { driver, noticed, author, packages };
      await this.#texts.put(digestOf(driver.text), JSON.stringify(shelved));
    }
  }

  async all(): Promise<readonly ShelvedDriver[]> {
    const names = (await readdir(this.#directory).catch(() => [])).toSorted();
    const found: ShelvedDriver[] = [];
    for (const name of names) {
      const text = await this.#texts.get(name);
      if (text !== undefined) found.push(JSON.parse(text) as ShelvedDriver);
    }
    return found;
  }
}
