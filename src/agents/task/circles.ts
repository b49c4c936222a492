const most = { told: 3, ended: 6 };

/** Notices that the same is asked again and again while nothing is written in between. */
export class Circles {
  readonly #counts = new Map<string, number>();

  /** What was asked leads somewhere new from here. */
  forget(): void {
    this.#counts.clear();
  }

  /** `fine`; `told`: it is told instead of being answered again; `ended`: it will not stop by itself. */
  take(tool: string, input: unknown): 'fine' | 'told' | 'ended' {
    const key = `${tool} ${JSON.stringify(input)}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count >= most.ended) return 'ended';
    return count >= most.told ? 'told' : 'fine';
  }
}
