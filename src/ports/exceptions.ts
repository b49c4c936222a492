import type { ClaimedExceptions, InstanceExceptions } from '../domain/crashes/exception.ts';

/** What the running versions of all services say of exceptions that they met. */
export interface ExceptionSource {
  /**
   * Those since the last call, which are forgotten here: what is lost on the way counts too low, never too high. MUST tell versions by
   * who launched them, never by what they claim; MUST answer or reject within seconds; what is in it MUST be bounded and printable,
   * whatever a service sent.
   */
  takeExceptions(): Promise<readonly InstanceExceptions[]>;
  /** The same of versions that run elsewhere. What they claim to be MUST be told apart from what is known. */
  takeClaimed(): Promise<readonly ClaimedExceptions[]>;
}
