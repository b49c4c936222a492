import { z } from 'zod';
import { agentNames, docsKinds, modelAgent } from '../domain/agents.ts';
import { rangeStrategies } from '../domain/npm/range-strategy.ts';
import { drivers, revert } from './agents-of-tests.ts';
import { dependencyGroups } from './dependency-groups.ts';
import { argv, count, repositoryPattern, wants } from './fields.ts';
import { ignoreRule, window } from './fields-lists.ts';
import { modelName } from './models.ts';
import { tasks } from './tasks.ts';

const own: ReadonlySet<string> = new Set([...agentNames, modelAgent]);
const wantsAgent = wants(
  'a name for a coding agent: lower-case letters, digits and -, at most 30, and none of the agents that come with autoland',
  'name it after the program, such as claude',
);
/** Of a program that the operator brings. */
export const agentName = z
  .string(wantsAgent)
  .regex(/^[a-z][a-z0-9-]{0,29}$/, wantsAgent)
  .refine((name) => !own.has(name), wantsAgent);

export const agents = z
  .strictObject({
    dependency: z
      .strictObject({
        enabled: z.boolean().default(true),
        ignore: z
          .array(ignoreRule)
          .default([])
          .describe('name, @scope/name, name@3.x or @scope/*, or { package, until }'),
        updates: z
          .array(z.enum(['patch', 'minor']))
          .min(1, wants('at least one of patch and minor', 'to switch the agent off, write enabled: false'))
          .default(['patch', 'minor']),
        groups: dependencyGroups,
        security: z
          .boolean()
          .default(true)
          .describe('Whether versions that are known to be vulnerable are looked for, by advisories.from'),
        overrides: z
          .boolean()
          .default(false)
          .describe(
            'Whether a vulnerable version that nothing else mends is overridden; a person decides on each',
          ),
        range: z
          .enum(rangeStrategies)
          .default('bump')
          .describe('What becomes of version ranges in package.json'),
        maxOpen: count.default(5).describe('Proposals that are under way at once'),
        maxPerDay: count
          .nullable()
          .default(null)
          .describe(
            'Proposals within any 24 hours, beside those that mend a vulnerability; null: any number',
          ),
        schedule: z
          .array(window)
          .min(1, wants('at least one window', 'leave schedule out to propose at any time'))
          .nullable()
          .default(null)
          .describe('When updates are proposed, beside those that mend a vulnerability; null: at any time'),
      })
      .prefault({}),
    'flag-removal': z
      .strictObject({
        enabled: z.boolean().default(true),
        ignore: z.array(z.string().min(1).max(200)).default([]).describe('Keys of flags that stay'),
        maxOpen: count.default(2).describe('Proposals that are under way at once'),
      })
      .prefault({}),
    revert,
    docs: z
      .strictObject({
        enabled: z.boolean().default(true),
        kinds: z
          .array(z.enum(docsKinds))
          .min(1, wants('at least one kind', 'to switch the agent off, write enabled: false'))
          .default([...docsKinds])
          .describe('What is looked for in Markdown'),
        ignore: z
          .array(repositoryPattern)
          .default([])
          .describe('Paths and patterns of documents that are left alone'),
        words: z
          .array(
            z
              .string()
              .regex(/^\p{L}[\p{L}\p{M}'-]{0,59}$/u, wants('a word', 'write one word for each entry')),
          )
          .max(5000)
          .default([])
          .describe('Words of this project that are spelt right'),
        maxOpen: count.default(2).describe('Proposals that are under way at once'),
      })
      .prefault({}),
    lint: z
      .strictObject({
        enabled: z.boolean().default(true),
        commands: z
          .array(argv)
          .min(1, wants('at least one command', 'leave it out to run what package.json names'))
          .nullable()
          .default(null)
          .describe('Linters and formatters that mend files themselves; null: those that package.json names'),
        seconds: count.default(300).describe('Each of them is ended after this long'),
        ignore: z
          .array(repositoryPattern)
          .default([])
          .describe('Paths and patterns of code that is left alone'),
        maxFiles: count.default(10).describe('Of one change'),
        maxLines: count.default(400).describe('Of one change, added and removed'),
        maxOpen: count.default(1).describe('Proposals that are under way at once'),
      })
      .prefault({}),
    performance: z
      .strictObject({
        enabled: z.boolean().default(true),
        benchmark: z
          .string()
          .regex(
            /^(?!.*(^|\/)\.\.(\/|$))[^/\s][^\s]{0,299}\.[cm]?[jt]s$/,
            wants('the path of a module in the repository', 'write one such as bench/parse.js'),
          )
          .nullable()
          .default(null)
          .describe(
            'A module whose default export is one round of work; null: the calls that the tests make',
          ),
        leastGain: z
          .number()
          .min(0)
          .max(1000)
          .default(5)
          .describe('In per cent: what is shown to be less is not proposed'),
        pairs: z
          .int()
          .min(9)
          .max(60)
          .default(15)
          .describe('Of fresh processes, old and new, that one candidate is measured by'),
        seconds: count.default(600).describe('The benchmark of one candidate is ended after this long'),
        maxMeasured: z.int().min(1).max(10).default(3).describe('Candidates that one scan measures'),
        ignore: z
          .array(repositoryPattern)
          .default([])
          .describe('Paths and patterns of code that is left alone'),
        maxOpen: count.default(2).describe('Proposals that are under way at once'),
      })
      .prefault({}),
    drivers,
    'crash-fix': z
      .strictObject({
        enabled: z.boolean().default(true),
        minCount: count.default(10).describe('How often what is stable has met a crash, at least'),
        maxAgeDays: count.default(7).describe('A crash that was not met for longer is left alone'),
        attempts: count.default(60).describe('Edits that are tried for one crash'),
        minutes: count.default(30).describe('No edit is begun after this long'),
        model: modelName
          .nullable()
          .default(null)
          .describe('The model that is asked for edits where no template mends a crash; null: none'),
        samples: z.int().min(1).max(8).default(3).describe('How often it is asked for one crash'),
        rounds: z.int().min(1).max(200).default(40).describe('Questions to it for each of them'),
        maxOpen: count.default(1).describe('Proposals that are under way at once'),
        maxPerDay: count.default(3).describe('Searches for a fix within 24 hours'),
      })
      .prefault({}),
    command: z
      .record(
        agentName,
        z.strictObject({
          models: z.array(modelName).max(10).default([]).describe('Names of models that it may ask'),
          seconds: count.default(1800).describe('It is ended after this long'),
        }),
      )
      .default({})
      .describe('Coding agents that may be given tasks here, by the names that the machine gives them'),
    model: z
      .strictObject({
        model: modelName
          .nullable()
          .default(null)
          .describe('The model that is given tasks where none is named; null: none'),
        rounds: z.int().min(1).max(500).default(60).describe('It is asked this often for one task'),
        seconds: count.default(1800).describe('It is ended after this long'),
      })
      .prefault({})
      .describe('An agent of any configured model, with tools of autoland: no program of yours'),
    tasks,
  })
  .describe('What looks for work');
