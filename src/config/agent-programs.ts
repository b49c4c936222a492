import { z } from 'zod';
import { agentName } from './agents.ts';
import { argv, wants } from './fields.ts';
import { parseMachineFile } from './machine-file.ts';

/** What stands for the task in `run`. */
export const taskMark = '{task}';

const program = z.strictObject({
  run: argv
    .refine(
      (words) => words.some((word) => word.includes(taskMark)),
      wants(`${taskMark} in one of the words`, `put ${taskMark} where the task goes`),
    )
    .describe(`What starts it in the root of the project; ${taskMark} stands for the task`),
  directory: z
    .string()
    .startsWith('/', wants('an absolute path', 'name the directory that holds its program'))
    .nullable()
    .default(null)
    .describe('Where its program is; it is read as /agent. null: the sandbox has it'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/), z.string())
    .default({})
    .describe('Its environment. Nothing secret: it could tell a model'),
});

/** `agents.yaml` of one machine: how coding agents are started. */
export const agentProgramsSchema = z.strictObject({
  version: z.literal(1, wants('version 1, the only one there is', 'write version: 1 as the first line')),
  agents: z.record(agentName, program).default({}),
});

export type AgentPrograms = z.output<typeof agentProgramsSchema>['agents'];
export type AgentProgram = AgentPrograms[string];

/** Throws `config.invalid` with one line for each problem. */
export function parseAgentPrograms(text: string, fileName: string): AgentPrograms {
  return parseMachineFile(agentProgramsSchema, { text, fileName, guide: 'docs/guide/agents.md' }).agents;
}
