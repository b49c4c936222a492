import { z } from 'zod';
import { issueTasks } from './issue-tasks.ts';
import { refusalTasks } from './refusal-tasks.ts';
import { scheduledTasks } from './scheduled-tasks.ts';

/** The key `agents.tasks`. */
export const tasks = z
  .strictObject({
    atOnce: z
      .int()
      .min(1)
      .max(32)
      .default(2)
      .describe('Tasks that are under way at once, on this machine and of this repository'),
    rounds: z
      .int()
      .min(0)
      .max(10)
      .default(2)
      .describe('How often a refused change goes back to its agent with the reasons; 0: never'),
    scheduled: scheduledTasks,
    issues: issueTasks,
    refusals: refusalTasks,
  })
  .prefault({})
  .describe('What all tasks have in common');
