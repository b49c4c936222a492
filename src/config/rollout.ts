import { z } from 'zod';
import { usuallyIrreversible } from '../domain/irreversible.ts';
import { metricKinds, metricName, mostMetrics } from '../domain/metric.ts';
import { duration, errorRate, repositoryPattern, share, wants } from './fields.ts';

const step = z
  .strictObject({
    share: share.describe('Share of users, such as 1% or 0.01'),
    exclude: z
      .number()
      .gt(1)
      .max(1000)
      .optional()
      .describe('Goes on when a canary this many times worse is excluded; absent: what harmBudget allows it'),
    limit: duration.describe('Inconclusive after this long: the change is held'),
    bake: duration.describe('Never shorter than this'),
  })
  .refine((value) => value.bake < value.limit, {
    path: ['bake'],
    ...wants('a bake shorter than the limit of its step', 'lower bake or raise limit'),
  });

const steps = z
  .array(step)
  .min(1, wants('at least one step', 'leave steps out for the default'))
  .max(10)
  // Of a share that is wrong in itself, that is said once.
  .refine((list) => list.every((item, i) => !(item.share <= (list[i - 1]?.share ?? 0))), {
    ...wants('each step to have a larger share than the one before', 'put the steps in rising order'),
  });

const wantsMetric = wants('a name of lower-case letters, digits and -', 'write it as checkout-failed');

const metrics = z
  .array(
    z.strictObject({
      name: z.string(wantsMetric).regex(metricName, wantsMetric),
      kind: z
        .enum(metricKinds)
        .describe('rate: it happens to a user; ratio: 1 or 0 of a user; histogram: a number of a user'),
      worse: z.enum(['higher', 'lower']).default('higher').describe('Which way it is harm'),
      tolerate: z
        .number()
        .min(1)
        .max(100)
        .default(1)
        .describe('Of a histogram: by this factor it may be worse'),
    }),
  )
  .max(mostMetrics)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, {
    ...wants('each metric once', 'give each a name of its own'),
  })
  .default([]);

/** The key `rollout`. */
export const rollout = z
  .strictObject({
    alpha: errorRate.default(0.01).describe('Chance to roll back a change that alters nothing'),
    beta: errorRate.default(0.05).describe('Chance to go on with a canary as bad as what the step excludes'),
    harmBudget: z
      .number()
      .gt(0)
      .max(10)
      .default(0.19)
      .describe(
        'Of the failures that there are anyway, how many more a step may let by without excluding them',
      ),
    ceiling: errorRate.default(0.05).describe('Share of failing users below which an excess is tolerated'),
    latency: z
      .strictObject({
        tolerate: z
          .number()
          .min(1)
          .max(100)
          .default(1.4)
          .describe('Factor by which users of the canary may wait longer for the first byte of an answer'),
        warmUp: duration
          .nullable()
          .prefault('10s')
          .describe(
            'How long no wait counts, from the first users on; null: it counts at once, as the version is warm before it meets any',
          ),
      })
      .nullable()
      .prefault({})
      .describe('Roll back what makes users wait; null: how long they wait is not looked at'),
    metrics: metrics.describe('What the service counts of its own, and an answer of it says'),
    watch: z
      .strictObject({
        for: duration.prefault('15m').describe('How long it is watched once everybody has it'),
        falseAlarmsPerMonth: z
          .number()
          .gt(0)
          .max(100)
          .default(1)
          .describe('How often a month the watch may sound an alarm for a version that harms nobody'),
        trial: duration
          .nullable()
          .prefault('2m')
          .describe(
            'At an alarm half of the users get the version before, for this long at most, to compare; null: it is taken back at once',
          ),
      })
      .nullable()
      .prefault({})
      .describe('Take back what harms users once everybody has it; null: the promotion is the end'),
    irreversible: z
      .array(repositoryPattern)
      .max(200)
      .default([...usuallyIrreversible])
      .describe('What a rollback does not undo, such as migrations: a person deploys what touches it'),
    // A lease lasts for four looks, and the router grants a minute at most.
    lookSeconds: z.number().min(0.1).max(15).default(0.5).describe('Time between two looks at the canary'),
    steps: steps.prefault([
      { share: '1%', limit: '1h', bake: '5m' },
      { share: '5%', limit: '2h', bake: '10m' },
      { share: '25%', limit: '2h', bake: '10m' },
      { share: '50%', limit: '2h', bake: '15m' },
    ]),
  })
  .describe('From the first users to all; the last step is followed by 100 %');
