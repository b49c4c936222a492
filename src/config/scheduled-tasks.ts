import { z } from 'zod';
import { count, instant, wants } from './fields.ts';
import { days, timeOfDay, timeZone } from './fields-lists.ts';
import { taskFields, taskName } from './task-fields.ts';

const wantsWindow = wants(
  'from before to, and at most 8 hours between them',
  'a task is begun once in each window: make it the hours in which it may begin',
);
/** So that the next window opens later than this after any moment of one, whatever the clocks do. */
const mostMinutes = 8 * 60;

const scheduled = z
  .strictObject({
    ...taskFields,
    text: z.string().trim().min(1).max(20_000).describe('The task'),
    days,
    from: timeOfDay,
    to: timeOfDay,
    timeZone: timeZone.default('UTC'),
    most: count.default(30).describe('Tasks in all, after which none is begun'),
    until: instant.describe('From then on none is begun'),
  })
  .refine(({ from, to }) => to > from && to - from <= mostMinutes, wantsWindow);

export type ScheduledTask = z.output<typeof scheduled>;

/** The key `agents.tasks.scheduled`. */
export const scheduledTasks = z
  .record(taskName, scheduled)
  .default({})
  .describe('Tasks that are begun by themselves, once in each of their windows');
