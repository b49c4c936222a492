import type { Arm } from '../../domain/rollout-tally.ts';

/** One exchange between a client and an instance, from its evaluation to its end. */
export type Connection = {
  readonly arm: Arm;
  readonly variant: string;
  readonly nonce: string | undefined;
  readonly websocket: boolean;
  /** Ends both sides at once; what it would have said is not counted. */
  cut(): void;
};

/** What is under way, so that a closed arm can be ended after its grace. */
export class Connections {
  readonly #open = new Set<Connection>();

  get size(): number {
    return this.#open.size;
  }

  add(connection: Connection): () => void {
    this.#open.add(connection);
    return () => this.#open.delete(connection);
  }

  /** What serves somebody now whom it must not keep once it is off the route. */
  ending(): ReadonlySet<string> {
    return new Set([...this.#open].filter(endsWithRoute).map((one) => one.variant));
  }

  /** Cuts those of one variant. Answers the connections cut. */
  cutEnding(variant: string): Connection[] {
    return this.#cut([...this.#open].filter((one) => endsWithRoute(one) && one.variant === variant));
  }

  cutAll(): void {
    this.#cut([...this.#open]);
  }

  #cut(closed: Connection[]): Connection[] {
    for (const one of closed) {
      this.#open.delete(one);
      one.cut();
    }
    return closed;
  }
}

/**
 * A request of the version that was stable comes to its end by itself; a websocket may never, and would keep its user on that version
 * for as long as it stays warm.
 */
function endsWithRoute({ arm, websocket }: Connection): boolean {
  return arm === 'canary' || websocket;
}
