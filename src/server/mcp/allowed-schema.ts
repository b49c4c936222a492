import { z } from 'zod';
import type { Allowed } from './desk.ts';
import { classes, decision, levels, stopped, text, texts } from './schemas.ts';

const count = z.int().min(0);
const ifAllPass = decision
  .extend({ value: z.enum(['permit', 'escalate', 'deny']), level: levels })
  .describe(
    'What the policy answers if every guardrail passes and no judge that is configured objects. escalate: a person decides. No promise',
  );
const needs = z
  .strictObject({
    mustPass: texts.describe('Guardrails without which no policy permits it'),
    mayBeNotConfigured: texts.describe('Those that may also not be configured'),
    mayBeNotOffered: texts.describe('Those that a registry may also not offer'),
  })
  .nullable()
  .describe('null: no policy permits it, whatever passes');

const classAllowed = z.strictObject({
  class: classes,
  level: z
    .strictObject({ configured: levels, effective: levels })
    .describe('How far it may go alone: observe, propose, merge or deploy'),
  demotedFor: z.array(z.strictObject({ change: text, code: text, at: text })),
  ifAllPass,
  needs: needs.optional(),
});

const refAllowed = z.strictObject({
  head: text,
  class: classes.nullable().describe('null: the code and reasons say what ends it before it has one'),
  code: text.nullable(),
  reasons: texts.describe('Why this class, or why none better'),
  files: count,
  addedLines: count,
  removedLines: count,
  protectedPaths: texts.describe('Those that it touches'),
  packages: z.array(z.strictObject({ name: text, from: text.nullable(), to: text.nullable() })),
  ifAllPass: ifAllPass.nullable(),
  needs,
});

export const allowed = z.strictObject({
  source: text.describe('Who you are here'),
  branch: text,
  now: z.strictObject({
    running: z.boolean(),
    stopped,
    frozen: text.nullable().describe('Why nothing lands now; what is handed in waits'),
    unsignedAllowed: z.boolean().nullable(),
  }),
  limits: z.strictObject({
    landedIn24Hours: count,
    perDay: count,
    openAtOnce: count.describe('How many changes of yours may be under way'),
    open: count,
    submitPerDay: count.describe('How many changes you may hand in within 24 hours'),
    submittedIn24Hours: count,
    maxFiles: count.describe('Of one change; its class may allow less'),
    maxChangedLines: count,
    maxDeletedLines: count,
    maxFileKiB: count,
  }),
  packages: z.strictObject({
    registries: texts.describe('Where a lockfile may get packages from'),
    minimumAgeDays: z.number().describe('Younger versions do not pass'),
    turnedAway: z
      .array(z.strictObject({ name: text, version: text, code: text, change: text }))
      .describe('Versions that were refused or taken back here, newest last: do not propose them again'),
  }),
  protectedPaths: texts.describe('Patterns of this repository, besides .autoland/, CI files and the like'),
  paths: z.array(z.strictObject({ path: text, protected: z.boolean() })),
  classes: z.array(classAllowed),
  ref: refAllowed.nullable(),
}) satisfies z.ZodType<Allowed>;
