import type { Delivery, Notification } from '../domain/notification.ts';

/** Another system that is told what happens here. */
export interface Receiver {
  readonly name: string;
  /** Whether it is to be told of this at all. */
  wants(notification: Notification): boolean;
  /**
   * Tells it once. MUST end within a quarter of a minute, whatever the other side does, and never reject: what went wrong is an
   * answer. MUST carry the notification's id, so that the receiver knows one that comes twice. MUST NOT follow a redirect, send
   * anything where the configuration forbids it, or believe anything that the other side says beyond whether it has taken it.
   */
  deliver(notification: Notification): Promise<Delivery>;
  /** Why it cannot be told anything, as far as can be known without telling it something; undefined: nothing speaks against it. */
  obstacle(): Promise<string | undefined>;
}
