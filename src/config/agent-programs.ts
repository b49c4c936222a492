import { z } from 'zod';
import { AutolandError } from '../domain/errors.ts';
import { agentName } from './agents.ts';
import { argv, wants } from './fields.ts';
import { keysOf } from './json-schema.ts';
import { problemsIn } from './problems.ts';
import { readYaml } from './yaml.ts';

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
  const source = readYaml(text);
  const found = 'problems' in source ? undefined : agentProgramsSchema.safeParse(source.value);
  if (found?.success === true) return found.data.agents;
  const problems =
    'problems' in source
      ? source.problems
      : problemsIn(found?.error?.issues ?? [], source, keysOf(agentProgramsSchema));
  const lines = problems.map(
    ({ line, column, path, message, mend }) =>
      `${fileName}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}; ${mend}`,
  );
  throw new AutolandError('config.invalid', lines.join('\n'), {
    mend: 'docs/guide/agents.md has what may stand there',
  });
}
