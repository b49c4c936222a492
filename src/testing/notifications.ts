import { aboutNothing, type Notification } from '../domain/notification.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A change that was taken from its users, as a receiver is told of it. */
export function sampleNotification(more: Partial<Notification> = {}): Notification {
  return {
    id: `ntf_${'0'.repeat(32)}`,
    kind: 'change.rolled-back',
    at: '2026-01-01T00:00:00.000Z',
    index: 7,
    text: 'Rolled back "Update ejs" (chg_0123456789ab) (rollout.server-errors).',
    ...aboutNothing,
    change: {
      id: 'chg_0123456789ab',
      title: 'Update ejs',
      class: 'dependency-patch',
      source: 'agent:dependency',
      merge: 'm'.repeat(40),
    },
    service: { name: 'shop', digest: digest('b'), before: digest('a') },
    conclusion: { outcome: 'rolled-back', code: 'rollout.server-errors', reasons: ['users failed'] },
    users: { exposed: 9, errored: 5, background: 1, harmed: 4 },
    ...more,
  };
}
