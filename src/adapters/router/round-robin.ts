/** Takes the instances of each version in turn. */
export class RoundRobin {
  readonly #turns = new Map<string, number>();

  /** All sockets of the version, the one whose turn it is first. */
  order(digest: string, sockets: readonly string[]): readonly string[] {
    if (sockets.length < 2) return sockets;
    const turn = (this.#turns.get(digest) ?? 0) % sockets.length;
    this.#turns.set(digest, turn + 1);
    return [...sockets.slice(turn), ...sockets.slice(0, turn)];
  }

  /** Forgets versions that are not routed to any more. */
  keep(digests: ReadonlySet<string>): void {
    for (const digest of this.#turns.keys()) if (!digests.has(digest)) this.#turns.delete(digest);
  }
}
