import type { Delivery, Notification, NotificationKind } from '../../domain/notification.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { type CdEvent, cdEvent } from './cd-event.ts';
import { deliverBy, obstacleBy } from './deliver-by.ts';
import { post, postObstacle } from './http-post.ts';
import { signingKey } from './secret-file.ts';
import { signedHeaders } from './sign.ts';

export type CdEventsOptions = {
  readonly name: string;
  readonly url: string;
  /** null: what is sent is not signed. */
  readonly secretFile: string | null;
  readonly private: boolean;
  readonly mode: 'binary' | 'structured';
  readonly environment: string;
  readonly on: readonly NotificationKind[];
  readonly repository: string;
  readonly timeoutMs?: number;
};

type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** CDEvents as CloudEvents 1.0 over HTTP. */
export class CdEvents implements Receiver {
  readonly name: string;
  readonly #options: CdEventsOptions;

  constructor(options: CdEventsOptions) {
    this.name = options.name;
    this.#options = options;
  }

  wants(notification: Notification): boolean {
    return this.#options.on.includes(notification.kind) && cdEvent(notification, this.#options) !== undefined;
  }

  obstacle(): Promise<string | undefined> {
    const { url, secretFile } = this.#options;
    return obstacleBy(async () => {
      if (secretFile !== null) signingKey(secretFile);
      return postObstacle({ url, allowsPrivate: this.#options.private });
    });
  }

  deliver(notification: Notification): Promise<Delivery> {
    const { url, secretFile, mode, timeoutMs } = this.#options;
    return deliverBy(async () => {
      const event = cdEvent(notification, this.#options);
      if (event === undefined)
        return { kind: 'refused', why: `CDEvents has no event for ${notification.kind}` };
      const { headers, body } = mode === 'binary' ? binary(event) : structured(event);
      const { id } = notification;
      const signed =
        secretFile === null ? {} : signedHeaders({ id, body }, signingKey(secretFile), new Date());
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      const all = { ...headers, ...signed };
      return post({ url, allowsPrivate: this.#options.private, headers: all, body, ...limit });
    });
  }
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
function binary(event: CdEvent): Message {
  const attributes = Object.entries(attributesOf(event)).map(([name, value]) => [
    `ce-${name}`,
    headerText(value),
  ]);
  const headers = { ...Object.fromEntries(attributes), 'Content-Type': 'application/json' };
  return { headers, body: JSON.stringify(event) };
}

function structured(event: CdEvent): Message {
  const data = { ...attributesOf(event), datacontenttype: 'application/json', data: event };
  return { headers: { 'Content-Type': 'application/cloudevents+json' }, body: JSON.stringify(data) };
}

function attributesOf({ context, subject }: CdEvent): Readonly<Record<string, string>> {
  const { id, source, type, timestamp } = context;
  return { specversion: '1.0', id, source, type, subject: subject.id, time: timestamp };
}

/** 3.1.3.2 there: what a header cannot hold is written in percents. */
function headerText(value: string): string {
  return value.replaceAll(/[^\x21-\x7e]|["%]/gu, (one) => encodeURIComponent(one));
}
