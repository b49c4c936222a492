import { z } from 'zod';

const template = z.string().startsWith('/');
const share = z.number().gt(0).lte(1);

const habitSchema = z.strictObject({
  name: z.string().min(1),
  /** Share of all requests, relative to the other habits' weights. */
  weight: z.number().positive(),
  method: z.enum(['GET', 'POST']).default('GET'),
  /** With `{name}` for one of `values`. */
  path: template,
  /** Fields of a posted form, with `{name}` likewise. */
  form: z.record(z.string(), z.string()).optional(),
  /** Every other status is an unexpected failure. */
  expect: z.array(z.int().min(100).max(599)).min(1),
  /** Its failures are part of everyday life, such as stale links: counted apart. */
  background: z.boolean().default(false),
  /** Share of users who have this habit at all; `weight` stays its share of all requests. */
  heldBy: share.default(1),
});

export const trafficSchema = z
  .strictObject({
    users: z.int().positive(),
    requestsPerSecond: z.number().positive(),
    /** Requests a second below which the simulation says that it cannot keep up. */
    minimum: z.number().positive(),
    /** What `{name}` stands for, the more popular first. */
    values: z.record(z.string(), z.array(z.string()).min(1)).default({}),
    habits: z.array(habitSchema).min(1),
  })
  .superRefine((traffic, context) => {
    if (traffic.minimum > traffic.requestsPerSecond) {
      context.addIssue({ code: 'custom', path: ['minimum'], message: 'is above requestsPerSecond' });
    }
    for (const [index, habit] of traffic.habits.entries()) {
      for (const name of templateNames(habit)) {
        if (name in traffic.values) continue;
        context.addIssue({
          code: 'custom',
          path: ['habits', index],
          message: `{${name}} is not one of values`,
        });
      }
      if (habit.form !== undefined && habit.method !== 'POST') {
        context.addIssue({ code: 'custom', path: ['habits', index], message: 'a form needs method: POST' });
      }
    }
    if (traffic.habits.every((habit) => habit.heldBy < 1)) {
      context.addIssue({ code: 'custom', path: ['habits'], message: 'no habit is held by every user' });
    }
  });

export type Traffic = z.infer<typeof trafficSchema>;
export type Habit = Traffic['habits'][number];

const VARIABLE = /\{(\w+)\}/g;

function templateNames(habit: { path: string; form?: Record<string, string> | undefined }): string[] {
  const texts = [habit.path, ...Object.values(habit.form ?? {})];
  return texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((match) => match[1] ?? ''));
}

/** Replaces each `{name}` by what `value` answers for it. */
export function fillTemplate(text: string, value: (name: string) => string): string {
  return text.replaceAll(VARIABLE, (_match, name: string) => value(name));
}
