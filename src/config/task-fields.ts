import { z } from 'zod';
import { taskClasses } from '../domain/agents.ts';
import { wants } from './fields.ts';
import { modelName } from './models.ts';
import { taskBudget } from './task-budget.ts';

const wantsName = wants('a name of lower-case letters, digits and -', 'write it as nightly-docs');

/** Of a rule by which tasks are begun. */
export const taskName = z.string(wantsName).regex(/^(?!person$)[a-z][a-z0-9-]{0,39}$/, wantsName);

/** Who works on it, and what may be written. */
export const taskFields = {
  agent: z.string().min(1).max(30).describe('model, or one of agents.command'),
  model: modelName.nullable().default(null).describe('Of the agent model; null: agents.model.model'),
  class: z.enum(taskClasses).nullable().default(null).describe('Of the agent model: what it may write'),
  budget: taskBudget,
};
