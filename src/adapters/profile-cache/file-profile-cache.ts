import ssri from 'ssri';
import type { ProfileCache } from '../../ports/profile-cache.ts';
import { type CacheLimits, FileTextCache } from '../text-cache.ts';

const DEFAULTS: CacheLimits = { entries: 2_000, bytes: 1024 * 1024 };

/** Each text under the digest of its tarball. */
export class FileProfileCache implements ProfileCache {
  readonly #texts: FileTextCache;

  /** `directory` is made when first needed. */
  constructor(directory: string, limits: Partial<CacheLimits> = {}) {
    this.#texts = new FileTextCache(directory, { ...DEFAULTS, ...limits });
  }

  async get(integrity: string): Promise<string | undefined> {
    const digest = strongDigest(integrity);
    return digest === undefined ? undefined : this.#texts.get(digest);
  }

  async put(integrity: string, text: string): Promise<void> {
    const digest = strongDigest(integrity);
    if (digest !== undefined) await this.#texts.put(digest, text);
  }
}

/** Only sha512: others can be made to collide. */
function strongDigest(integrity: string): string | undefined {
  const [digest, ...more] = ssri.parse(integrity)?.sha512 ?? [];
  const name = digest && Buffer.from(digest.digest, 'base64').toString('hex');
  return name?.length === 128 && more.length === 0 ? name : undefined;
}
