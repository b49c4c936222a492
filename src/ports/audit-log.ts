/** A signed statement of how large the log is and what its root is. */
export type Checkpoint = {
  readonly size: number;
  /** RFC 6962 root, hex. */
  readonly root: string;
  /** The signed note, as published. https://c2sp.org/tlog-checkpoint */
  readonly note: string;
};

/** The published projection of the journal: tile files and a checkpoint. */
export interface AuditLog {
  /** Writes entries, then tiles, then the checkpoint (each tmp + fsync + rename) for all that is journalled. Concurrent calls share one run. MUST be durable when it resolves. */
  publish(): Promise<Checkpoint>;
}
