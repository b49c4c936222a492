import { z } from 'zod';
import type { ModelTool } from '../../domain/model.ts';

const path = z.string().min(1).max(400).describe('From the root of the project, such as src/index.js');
const under = z.string().max(400).default('').describe('Only paths that begin so');

/** What a model may ask for, by name. Nothing else can be done in a task. */
export const toolShapes = {
  list_files: z
    .strictObject({ under, after: z.string().max(400).default('').describe('Go on after this path') })
    .describe('Lists the paths of the project, sorted, 500 at a time.'),
  read_file: z
    .strictObject({
      path,
      from: z.int().min(1).max(10_000_000).default(1).describe('First line'),
      lines: z.int().min(1).max(2_000).default(400),
    })
    .describe(
      'Reads lines of a text file. Each is told with its number and a tab, which are not part of it.',
    ),
  search: z
    .strictObject({
      pattern: z.string().min(1).max(500),
      isRegex: z.boolean().default(false).describe('A JavaScript regular expression, matched line by line'),
      ignoresCase: z.boolean().default(false),
      under,
    })
    .describe('Finds lines that hold a text.'),
  edit_file: z
    .strictObject({
      path,
      old: z
        .string()
        .min(1)
        .max(200_000)
        .describe('Stands in the file exactly once, blanks and line ends included'),
      new: z.string().max(200_000),
    })
    .describe('Replaces a text of a file by another.'),
  write_file: z
    .strictObject({ path, content: z.string().max(400_000) })
    .describe('Makes a file, or replaces all of one.'),
  run_tests: z
    .strictObject({})
    .describe('Installs, builds and tests the project with what was written until now, without network.'),
  finish: z
    .strictObject({
      isDone: z.boolean().describe('false: the task cannot be done, and nothing of it shall be handed in'),
      summary: z.string().min(1).max(4_000).describe('What was done and why, or why it cannot be done'),
    })
    .describe('Ends the task.'),
} as const;

export type ToolName = keyof typeof toolShapes;
export type ToolInput<Name extends ToolName> = z.output<(typeof toolShapes)[Name]>;
export type ToolWish = {
  readonly [Name in ToolName]: { readonly tool: Name; readonly input: ToolInput<Name> };
}[ToolName];

export const taskTools: readonly ModelTool[] = Object.entries(toolShapes).map(([name, shape]) => {
  const { $schema, description = '', ...parameters } = z.toJSONSchema(shape, { io: 'input' });
  return { name, description, parameters };
});

/** A string: what is wrong with it, for the model. */
export function readWish(tool: string, input: unknown): ToolWish | string {
  if (!isToolName(tool))
    return `there is no tool of that name; there are ${Object.keys(toolShapes).join(', ')}`;
  const read = toolShapes[tool].safeParse(input);
  if (read.success) return { tool, input: read.data } as ToolWish;
  const problems = read.error.issues.map(({ path: at, message }) => `${at.join('.') || 'input'}: ${message}`);
  return `its input is not as described: ${problems.slice(0, 5).join('; ')}`;
}

function isToolName(name: string): name is ToolName {
  return Object.hasOwn(toolShapes, name);
}
