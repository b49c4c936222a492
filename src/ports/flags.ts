/** The flag of one start of a rollout. */
export type RolloutFlag = {
  /** Service + an unguessable nonce of the rollout. */
  readonly key: string;
  /** Share of users who get the candidate: 0 = off … 1. */
  readonly weight: number;
  /** Grows with each write. */
  readonly version: number;
  /** Closed by a person or a rollback: it can never be raised again. */
  readonly killed: boolean;
  /** Who killed it from outside its rollout, whoever else closed it before; absent: nobody is known to have. */
  readonly killedBy?: string;
  /** The name in the code that it decides on, in one version; absent: it decides between two versions. */
  readonly code?: string;
};

/** Flag definitions in flagd's schema, in a file that every process can read. */
export interface FlagStore {
  read(key: string): Promise<RolloutFlag | undefined>;
  all(): Promise<readonly RolloutFlag[]>;
  /**
   * Compare-and-swap on the version (0: must not exist). MUST reject with `flag.stale-version` when another write came first,
   * unless the stored flag already equals the wanted one at `expected + 1`. MUST refuse to raise a killed flag (`rollout.not-allowed`).
   * `code` belongs to the key for good.
   */
  write(key: string, weight: number, expected: number, code?: string): Promise<RolloutFlag>;
  /** Closes for good: weight 0. MUST work without the control plane, win against any write under way, and answer when it is on disk. */
  kill(key: string, by: string): Promise<void>;
  /** Removes a flag that routes nothing any more. */
  retire(key: string): Promise<void>;
}
