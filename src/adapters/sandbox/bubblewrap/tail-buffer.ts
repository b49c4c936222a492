/** Keeps the last `limit` bytes of a stream, in bounded memory. */
export class TailBuffer {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #held = 0;
  #cut = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    // Compacting at twice the limit keeps the cost per byte constant.
    if (this.#held > 2 * this.#limit || this.#chunks.length > 4_096) this.#compact();
  }

  /** What a cut removed is announced in the first line. A multi-byte character at the cut is dropped whole. */
  text(): string {
    this.#compact();
    const bytes = Buffer.concat(this.#chunks);
    if (!this.#cut) return bytes.toString('utf8');
    const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return `[earlier output was cut]\n${bytes.subarray(Math.max(0, start)).toString('utf8')}`;
  }

  #compact(): void {
    const all = Buffer.concat(this.#chunks);
    const kept = all.length > this.#limit ? Buffer.from(all.subarray(all.length - this.#limit)) : all;
    this.#cut ||= kept.length < all.length;
    this.#chunks = [kept];
    this.#held = kept.length;
  }
}
