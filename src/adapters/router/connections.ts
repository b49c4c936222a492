import type { Arm } from '../../domain/rollout-tally.ts';

/** One exchange between a client and an instance, from its evaluation to its end. */
export type Connection = {
  readonly arm: Arm;
  readonly digest: string;
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

  /** Digests that serve somebody as a candidate now. */
  candidates(): ReadonlySet<string> {
    return new Set([...this.#open].filter((one) => one.arm === 'canary').map((one) => one.digest));
  }

  /** Cuts what a version still serves as a candidate. Answers the connections cut. */
  cutCandidate(digest: string): Connection[] {
    return this.#cut([...this.#open].filter((one) => one.arm === 'canary' && one.digest === digest));
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
