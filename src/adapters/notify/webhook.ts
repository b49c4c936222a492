import type { Delivery, Notification, NotificationKind } from '../../domain/notification.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { deliverBy, obstacleBy } from './deliver-by.ts';
import { post, postObstacle } from './http-post.ts';
import { plain } from './plain.ts';
import { signingKey } from './secret-file.ts';
import { signedHeaders } from './sign.ts';

export type WebhookOptions = {
  readonly name: string;
  readonly url: string;
  readonly secretFile: string;
  readonly private: boolean;
  readonly on: readonly NotificationKind[];
  /** The repository that it happened in. */
  readonly repository: string;
  readonly timeoutMs?: number;
};

/** JSON by POST, signed as Standard Webhooks are. */
export class Webhook implements Receiver {
  readonly name: string;
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.name = options.name;
    this.#options = options;
  }

  wants({ kind }: Notification): boolean {
    return this.#options.on.includes(kind);
  }

  obstacle(): Promise<string | undefined> {
    const { url, secretFile } = this.#options;
    return obstacleBy(async () => {
      signingKey(secretFile);
      return postObstacle({ url, allowsPrivate: this.#options.private });
    });
  }

  deliver(notification: Notification): Promise<Delivery> {
    const { url, secretFile, repository, timeoutMs } = this.#options;
    return deliverBy(() => {
      const { id, kind, at, ...data } = notification;
      const body = JSON.stringify({ type: kind, timestamp: at, data: plain({ repository, id, ...data }) });
      const signed = signedHeaders({ id, body }, signingKey(secretFile), new Date());
      const headers = { 'Content-Type': 'application/json', ...signed };
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      return post({ url, allowsPrivate: this.#options.private, headers, body, ...limit });
    });
  }
}
