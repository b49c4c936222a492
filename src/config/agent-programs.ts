import { z } from 'zod';
import { agentName } from './agents.ts';
import { argv, wants } from './fields.ts';
import { parseMachineFile } from './machine-file.ts';

/** What stands for the task in `run`. */
export const taskMark = '{task}';

type Interpreter = {
  readonly program: RegExp;
  /** The option after which a word is text of a program. */
  readonly option: RegExp;
  /** Of such a text: that it takes the words after it as data. */
  readonly takesWords: RegExp;
  /** absent: a first word that is no option is a script, and what follows are its words. */
  readonly scriptless?: true;
};

const anything = /^[^-+]/;
const nothing = /(?!)/;
/** Others may be the value of an option of a shell, and the task the text after it. */
const positional = /\$(?:[1-9@*]|\{[1-9@*]|argv)/;
const interpreters: readonly Interpreter[] = [
  {
    program: /^(?:ba|da|a|k|mk|z|fi|c|tc)?sh$/,
    option: /^-[a-z]*c$|^--command(?:=|$)/,
    takesWords: positional,
  },
  {
    program: /^(?:node|nodejs|deno|bun)$/,
    option: /^-[a-z]*[ep]$|^--(?:eval|print)(?:=|$)|^eval$/,
    takesWords: anything,
  },
  { program: /^(?:python|pypy)[\d.]*$/, option: /^-[a-zA-Z]*c$/, takesWords: anything },
  { program: /^(?:perl|ruby)[\d.]*$/, option: /^-[a-zA-Z]*[eE]$/, takesWords: anything },
  { program: /^php[\d.]*$/, option: /^-[a-zA-Z]*[rR]$/, takesWords: anything },
  // These have no script, and words before the option are not of one.
  {
    program: /^(?:su|runuser|script)$/,
    option: /^-[a-z]*c$|^--command(?:=|$)/,
    takesWords: positional,
    scriptless: true,
  },
  {
    program: /^env$/,
    option: /^-[a-z]*S$|^--split-string(?:=|$)/,
    takesWords: nothing,
    scriptless: true,
  },
];

/** Whether a program before it reads the word at that place as a program. */
function isProgramText(words: readonly string[], at: number): boolean {
  const own = words[at]?.slice(0, words[at].indexOf(taskMark)) ?? '';
  return interpreters.some(({ program, option, takesWords, scriptless }) => {
    const from = words.findIndex((name) => program.test(name.split('/').at(-1) ?? ''));
    if (from === -1 || from >= at) return false;
    const asked = words.findIndex((word, place) => place > from && place < at && option.test(word));
    const script = from + 1 < at ? (words[from + 1] ?? '') : '';
    if (scriptless !== true && anything.test(script) && script !== 'eval') return false;
    if (asked === -1) return own !== '' && option.test(own);
    return !words.slice(asked + 1, at).some((word) => takesWords.test(word));
  });
}

const program = z.strictObject({
  run: argv
    .refine(
      (words) => words.some((word) => word.includes(taskMark)),
      wants(`${taskMark} in one of the words`, `put ${taskMark} where the task goes`),
    )
    .refine(
      (words) => !words.some((word, at) => word.includes(taskMark) && isProgramText(words, at)),
      wants(
        `${taskMark} where no shell and no interpreter takes it for a program: an issue could write one`,
        `give it as a word of its own: [sh, -c, 'exec agent --print "$1"', sh, "${taskMark}"]`,
      ),
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
