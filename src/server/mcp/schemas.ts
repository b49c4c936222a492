import { z } from 'zod';
import { autonomyLevels, changeClasses } from '../../domain/change.ts';
import type { AgentChange } from '../../views/agents/agent-change.ts';
import type { AgentStatus } from '../../views/agents/agent-status.ts';
import { nextSteps } from '../../views/agents/next-step.ts';
import type { AgentChanges, AgentSubmitted, AgentSubmittedFiles, Waited } from './desk.ts';

/* What goes out. Closed: a field that is not here is a fault of ours, and never leaves. */

export const text = z.string();
export const texts = z.array(text);
const count = z.int().min(0);
export const stopped = z
  .strictObject({ by: text, at: text, reason: text })
  .nullable()
  .describe('Who has stopped all autonomy; null: nobody');
const state = text.describe('under way, landed, refused, held, rolled-back or superseded');
const stage = text.nullable().describe('The stage it is in; null: it has ended');
const waiting = text.nullable().describe('What the stage waits for');

export const submitted = z.strictObject({
  change: text.describe('Its id: ask and wait for it by this'),
  isNew: z.boolean().describe('false: this source has handed in this very commit before'),
  supersedes: texts.describe('Earlier commits of the same ref that it takes the place of'),
  running: z
    .boolean()
    .describe('false: no control plane works, so nothing happens until a person starts one'),
}) satisfies z.ZodType<AgentSubmitted>;

export const submittedFiles = submitted.extend({
  ref: text.describe('The branch that holds it: fetch it, and build on it'),
  head: text.describe('The commit that was made'),
}) satisfies z.ZodType<AgentSubmittedFiles>;

export const decision = z.strictObject({ value: text, level: text, codes: texts, reasons: texts });

const finding = z.strictObject({
  name: text,
  verdict: text,
  code: text,
  reason: text,
  evidence: z.record(text, z.json()).nullable().describe('null: there is more than can be told here'),
});

export const change = z.strictObject({
  id: text,
  title: text,
  source: text,
  head: text,
  proposedAt: text,
  class: text.nullable().describe('Read from the diff; null: not known yet'),
  state,
  stage,
  waiting,
  code: text.nullable().describe('How it ended, for programs'),
  reasons: texts,
  next: z.strictObject({ do: z.enum(nextSteps), why: text }).describe('What is left for its author to do'),
  decision: decision.nullable().describe('What the policy answered; null: it was not asked yet'),
  passed: texts.describe('Guardrails that pass'),
  notRun: texts.describe('Guardrails that were not run, since another one had failed'),
  notPassed: z.array(finding).describe('Guardrails that ran and do not pass'),
  merge: text.nullable().describe('The merge commit'),
  inProduction: z.boolean().nullable(),
  users: z.strictObject({ exposed: count, errored: count, background: z.number() }),
}) satisfies z.ZodType<AgentChange>;

const line = z.strictObject({
  id: text,
  title: text,
  source: text,
  ref: text,
  proposedAt: text,
  class: text.nullable(),
  state,
  code: text.nullable(),
  stage,
  waiting,
});

export const changes = z.strictObject({
  changes: z.array(line).describe('Newest first'),
  more: count.describe('How many more there are'),
}) satisfies z.ZodType<AgentChanges>;

export const waited = z.strictObject({
  came: z.boolean().describe('false: the time is over, ask again'),
  change,
}) satisfies z.ZodType<Waited>;

export const classes = z.enum(changeClasses);
export const levels = z.enum(autonomyLevels);

export const status = z.strictObject({
  branch: z.strictObject({ name: text, tip: text }),
  running: z.boolean().describe('A control plane works'),
  stopped,
  unsignedAllowed: z
    .boolean()
    .nullable()
    .describe('It merges and deploys though nobody signed the policy; null: it never ran'),
  demotedClasses: z.array(classes),
  services: z.array(
    z.strictObject({
      name: text,
      commit: text.describe('What production runs'),
      rollout: z.strictObject({ change: text.nullable(), share: z.number() }).nullable(),
    }),
  ),
  drift: count.describe('Places where what runs is not what was decided'),
  underWay: count.describe('Changes that have not ended'),
}) satisfies z.ZodType<AgentStatus>;
