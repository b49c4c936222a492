import { AutolandError } from '../../domain/errors.ts';
import type { Delivery, Notification, NotificationKind } from '../../domain/notification.ts';
import { printable } from '../../domain/printable.ts';
import { urlObstacle } from '../../domain/receiver-url.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { deliverBy, obstacleBy } from './deliver-by.ts';
import { post, postObstacle } from './http-post.ts';
import { readSecret } from './secret-file.ts';

export type SlackOptions = {
  readonly name: string;
  /** Holds the URL: whoever knows it can post, so it stands in no configuration. */
  readonly urlFile: string;
  readonly private: boolean;
  readonly on: readonly NotificationKind[];
  readonly repository: string;
  readonly timeoutMs?: number;
};

const signs: { readonly [Kind in NotificationKind]?: string } = {
  'change.promoted': ':white_check_mark:',
  'change.rolled-back': ':rewind:',
  'change.held': ':raised_hand:',
  'change.refused': ':no_entry:',
  'incident.detected': ':rotating_light:',
  'incident.resolved': ':white_check_mark:',
  'incident.reported': ':rotating_light:',
  'incident.inquired': ':mag:',
  'autonomy.demoted': ':arrow_down:',
  'autonomy.restored': ':arrow_up:',
  'judge.standing-lost': ':arrow_down:',
  'task.given-up': ':raised_hand:',
  'receiver.tried': ':wave:',
};
const mostCharacters = 3_000;

/** Incoming webhooks of Slack, and of what takes the same (Mattermost, Rocket.Chat, Discord's `/slack`). */
export class Slack implements Receiver {
  readonly name: string;
  readonly #options: SlackOptions;

  constructor(options: SlackOptions) {
    this.name = options.name;
    this.#options = options;
  }

  wants({ kind }: Notification): boolean {
    return this.#options.on.includes(kind);
  }

  obstacle(): Promise<string | undefined> {
    const { urlFile } = this.#options;
    return obstacleBy(() => postObstacle({ url: slackUrl(urlFile), allowsPrivate: this.#options.private }));
  }

  deliver(notification: Notification): Promise<Delivery> {
    const { urlFile, repository, timeoutMs } = this.#options;
    return deliverBy(() => {
      const text =
        `${signs[notification.kind] ?? ''} *${escaped(repository)}* ${escaped(notification.text)}`.trim();
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': notification.id };
      const limit = timeoutMs === undefined ? {} : { timeoutMs };
      const url = slackUrl(urlFile);
      return post({
        url,
        allowsPrivate: this.#options.private,
        headers,
        body: JSON.stringify({ text }),
        ...limit,
      });
    });
  }
}

/** The URL is a secret: what is wrong with it is said without it. */
export function slackUrl(path: string): string {
  const url = readSecret(path, 'the URL of an incoming webhook');
  const obstacle = urlObstacle(url);
  if (obstacle === undefined) return url;
  throw new AutolandError(
    'config.invalid',
    `expected the URL of an incoming webhook in ${path}: ${obstacle}`,
  );
}

/** Else a title could call everybody, or look like a link to somewhere else. https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  const safe = printable(text).slice(0, mostCharacters);
  return safe.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
