import { z } from 'zod';
import { notificationKinds } from '../domain/notification.ts';
import { urlObstacle } from '../domain/receiver-url.ts';
import { serviceName, wants } from './fields.ts';

const wantsUrl = wants(
  'a URL that begins with https:// (or http:// on this machine), without user name and password',
  'write it as https://hooks.example.com/autoland, and put secrets into secretFile',
);
const url = z.string(wantsUrl).refine((text) => urlObstacle(text) === undefined, wantsUrl);

const absolute = wants('an absolute path', 'name a file of the machine that runs autoland');
const file = z.string(absolute).startsWith('/', absolute);

/** What a person wants to know; the rest is for programs. */
const forPeople: readonly (typeof notificationKinds)[number][] = [
  'change.promoted',
  'change.restored',
  'change.rolled-back',
  'change.held',
  'change.refused',
  'incident.detected',
  'incident.resolved',
  'incident.reported',
  'incident.inquired',
  'autonomy.demoted',
  'autonomy.restored',
  'judge.standing-lost',
  'task.given-up',
];
const on = z
  .array(z.enum(notificationKinds))
  .min(1, wants('at least one kind of event', 'leave on out for the default'));
const isPrivate = z
  .boolean()
  .default(false)
  .describe('The receiver is inside your own network: its private address is no mistake');

const webhook = z.strictObject({
  name: serviceName,
  url,
  secretFile: file.describe(
    'Holds the secret that messages are signed with: whsec_ and base64, or any text of 24 bytes',
  ),
  private: isPrivate,
  on: on.default([...forPeople]),
});

const slack = z.strictObject({
  name: serviceName,
  urlFile: file.describe('Holds the URL of the incoming webhook, which is a secret'),
  private: isPrivate,
  on: on.default([...forPeople]),
});

const cdevents = z.strictObject({
  name: serviceName,
  url,
  secretFile: file.nullable().default(null).describe('As of a webhook; null: what is sent is not signed'),
  private: isPrivate,
  mode: z.enum(['binary', 'structured']).default('binary').describe('How CloudEvents go over HTTP'),
  environment: z
    .string()
    .min(1)
    .max(100)
    .default('production')
    .describe('The id of the environment in each event'),
  on: on.default([...notificationKinds]),
});

/** The key `notify`. */
export const notify = z
  .strictObject({
    webhooks: z.array(webhook).max(10).default([]),
    slack: z.array(slack).max(10).default([]),
    cdevents: z.array(cdevents).max(10).default([]),
  })
  .refine(
    ({ webhooks, slack: channels, cdevents: buses }) => {
      const names = [...webhooks, ...channels, ...buses].map(({ name }) => name);
      return new Set(names).size === names.length;
    },
    wants('a name of its own for each receiver', 'rename one: what each was told is kept by its name'),
  )
  .describe('Who is told what happens here');
