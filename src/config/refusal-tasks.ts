import { z } from 'zod';
import { mendableGuardrails } from '../domain/agents.ts';
import { changeClasses } from '../domain/change.ts';
import { count, instant, wants } from './fields.ts';
import { taskFields, taskName } from './task-fields.ts';

const wantsCode = wants(
  'the code of a guardrail whose reasons an agent may mend',
  `write it as autoland explain tells it, such as tests.failed; of ${mendableGuardrails.join(', ')}`,
);
const codePattern = new RegExp(`^(${mendableGuardrails.join('|')})\\.[a-z][a-z0-9-]{0,59}$`);

const refusalTask = z.strictObject({
  classes: z
    .array(z.enum(changeClasses))
    .min(1, wants('at least one class', 'name those whose changes may be handed on'))
    .describe('Of the change that was turned away'),
  codes: z
    .array(z.string(wantsCode).regex(codePattern, wantsCode))
    .min(1, wants('at least one code', 'name what an agent may mend, such as tests.failed'))
    .max(50)
    .describe('What an agent may be asked to mend; a change with any other failure is not handed on'),
  ...taskFields,
  perDay: count.default(2).describe('Tasks that are begun within any 24 hours'),
  atOnce: count.default(1).describe('Tasks, and changes of them, that are under way at once'),
  until: instant.describe('From then on none is begun'),
});

export type RefusalTask = z.output<typeof refusalTask>;

/** The key `agents.tasks.refusals`. */
export const refusalTasks = z
  .record(taskName, refusalTask)
  .default({})
  .describe('Tasks that are begun for changes which guardrails turned away, by rules of yours');
