export interface Clock {
  now(): Date;
  /** Milliseconds on a clock that never jumps and is shared by the machine's processes until it boots again. */
  monotonicMs(): number;
}
