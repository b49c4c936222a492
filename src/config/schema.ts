import { z } from 'zod';
import { autonomyLevels } from '../domain/change.ts';
import { agentProblems } from './agent-problems.ts';
import { agents } from './agents.ts';
import { characterization, driverProblems } from './characterization.ts';
import {
  argv,
  branch,
  count,
  instant,
  registryPrefix,
  reportPattern,
  repositoryPattern,
  wants,
} from './fields.ts';
import { window } from './fields-lists.ts';
import { flags } from './flags.ts';
import { judge, judgeProblems } from './judge.ts';
import { mcp } from './mcp.ts';
import { modelLimits, models, unpricedModels } from './models.ts';
import { notify } from './notify.ts';
import { rollout } from './rollout.ts';
import { service, services } from './service.ts';

const commands = z
  .strictObject({
    install: argv.nullable().default(['npm', 'ci', '--ignore-scripts']).describe('null: nothing to install'),
    build: argv.nullable().default(null).describe('null: nothing to build'),
    test: argv.default(['npm', 'test']).describe('The tests that judge every change'),
    testSeconds: count.default(300).describe('The tests abstain when they take longer'),
  })
  .describe('Commands of the repository, as lists of words; run in the sandbox, never by a shell');

const tests = z
  .strictObject({
    report: reportPattern
      .nullable()
      .default(null)
      .describe(
        'The JUnit files that the tests write, such as reports/*.xml; null: counts are in the output',
      ),
    quarantine: z
      .array(
        z.strictObject({
          test: z.string().min(1).max(1000).describe('Its full name, as the guardrail tests tells it'),
          until: instant.describe('From then on it counts again'),
        }),
      )
      .max(100)
      .default([])
      .describe('Tests that are known to be flaky, and do not count for a while'),
  })
  .describe('How the outcome of the tests is read');

const registry = z
  .strictObject({
    allowed: z
      .array(registryPrefix)
      .default(['https://registry.npmjs.org/'])
      .describe('URL prefixes that a lockfile may name; the configured registry is always allowed'),
    before: instant.nullable().default(null).describe('Read the registry as of this date; null: as of now'),
    minimumAgeDays: z.number().min(0).max(365).default(7).describe('Younger versions are not proposed'),
    fixAgeDays: z
      .number()
      .min(0)
      .max(365)
      .nullable()
      .default(null)
      .describe('How old a version must be that mends what is known to be vulnerable; null: as old as any'),
    keysOf: z
      .array(registryPrefix)
      .default([])
      .describe("Registries whose own keys count for what they sign, beside npm's"),
  })
  .describe('Where packages come from');

const advisories = z
  .strictObject({
    from: z
      .enum(['registry', 'osv', 'none'])
      .default('registry')
      .describe(
        'registry: those from which the packages come; osv: the server below, which is told their names',
      ),
    osv: z
      .url({ protocol: /^https?$/ })
      .default('https://api.osv.dev/')
      .describe('A server of the OSV API'),
  })
  .describe('Who is asked what is known to be wrong with a version');

const scope = z
  .strictObject({
    maxFiles: count.default(20),
    maxChangedLines: count.default(2000).describe('Added and removed; lockfiles do not count'),
    maxDeletedLines: count.default(500).describe('Lockfiles do not count'),
    maxFileKiB: count.default(512).describe('The largest file that a change may add or alter'),
    protectedPaths: z
      .array(repositoryPattern)
      .default([])
      .describe('Never changed without a person, besides those that always are (.autoland/, CI files)'),
  })
  .describe('How large a change may be, and what it may touch');

const mutation = z
  .strictObject({
    mutants: z
      .int()
      .min(0)
      .max(2000)
      .default(100)
      .describe(
        'Small faults that are tried in the lines of one change, or in what its packages answer; 0 switches it off',
      ),
    seconds: count.default(600).describe('No fault is begun after this long'),
    sample: z
      .boolean()
      .default(false)
      .describe('Where more faults are possible, try that many of them; false: a person decides'),
    skip: z
      .array(z.string().regex(/^[A-Za-z]{1,40}$/))
      .default([])
      .describe("StrykerJS's names of kinds of faults that are not tried, such as StringLiteral"),
  })
  .describe('Whether the tests notice faults in the lines that change');

const risk = z
  .strictObject({
    critical: z
      .array(repositoryPattern)
      .default([])
      .describe('Of high risk however small the change, so that a person decides'),
  })
  .describe('What the score of a change knows of this repository');

const level = z.enum(autonomyLevels).default('observe');

const autonomy = z
  .strictObject({
    'dependency-patch': level,
    'dependency-minor': level,
    'dependency-security': level,
    docs: level,
    lint: level,
    'flag-addition': level,
    'flag-removal': level,
    'crash-fix': level,
    revert: level,
  })
  .describe(
    'How far autoland may go alone, by class of change; observe: it only says what it would have done',
  );

const limits = z
  .strictObject({
    perDay: count.default(10).describe('Changes that land alone within any 24 hours'),
    windows: z
      .array(window)
      .min(1, wants('at least one window', 'leave windows out to allow any time; autoland stop allows none'))
      .nullable()
      .default(null)
      .describe('When changes may land alone; null: at any time'),
    models: modelLimits.prefault({}),
  })
  .describe('How often and when');

/** `.autoland/autoland.yaml`. Every key but `version` has a default; unknown keys are errors. */
export const configSchema = z
  .strictObject({
    version: z.literal(1, wants('version 1, the only one there is', 'write version: 1 as the first line')),
    branch: branch.default('main').describe('The protected branch'),
    commands: commands.prefault({}),
    tests: tests.prefault({}),
    registry: registry.prefault({}),
    advisories: advisories.prefault({}),
    flags: flags.prefault({}),
    mcp: mcp.prefault({}),
    scope: scope.prefault({}),
    mutation: mutation.prefault({}),
    characterization: characterization.prefault({}),
    risk: risk.prefault({}),
    autonomy: autonomy.prefault({}),
    agents: agents.prefault({}),
    service: service.nullable().default(null),
    services: services.default([]),
    rollout: rollout.prefault({}),
    limits: limits.prefault({}),
    notify: notify.prefault({}),
    models,
    retention: z
      .strictObject({
        releases: z.int().min(2).max(1000).default(5),
        days: count.default(30),
        recordings: z
          .strictObject({
            maxMiB: z.int().min(1).max(10_240).default(64).describe('Of all that is said about one change'),
            keepDays: count
              .nullable()
              .default(null)
              .describe(
                'What was said is erased so long after its change has ended; null: by a person alone',
              ),
          })
          .prefault({}),
      })
      .prefault({})
      .describe('What is kept, how much of it, and for how long'),
    judge,
  })
  .refine(isNamedOnce, {
    path: ['service'],
    // Told beside what else is wrong.
    when: ({ value }) => typeof value === 'object' && value !== null,
    ...wants('no service beside services', 'move it into the list: services: [{ name: … }, …]'),
  })
  .superRefine((value, context) => {
    for (const { path, expected, mend } of [
      ...judgeProblems(value),
      ...agentProblems(value),
      ...driverProblems(value),
    ])
      context.addIssue({ code: 'custom', path: [...path], message: `expected ${expected}\n${mend}` });
    for (const name of unpricedModels(value))
      context.addIssue({
        code: 'custom',
        path: ['models', name, 'prices'],
        message:
          'expected prices, since limits.models counts dollars\nwrite prices: { input: 3, output: 15 } as its provider asks, or limit tokens instead',
      });
  })
  .meta({ title: 'autoland', description: 'Configuration of autoland: .autoland/autoland.yaml' });

/** Other problems may keep a default from being put in. */
function isNamedOnce(value: { readonly service?: unknown; readonly services?: unknown }): boolean {
  return (value.service ?? null) === null || !Array.isArray(value.services) || value.services.length === 0;
}

export type Config = z.output<typeof configSchema>;
export type FlagsConfig = Config['flags'];
export type ServiceConfig = NonNullable<Config['service']>;
export type Limits = Config['limits'];

/** undefined: there is none of that name. */
export function serviceNamed(
  config: Pick<Config, 'service' | 'services'>,
  name: string,
): ServiceConfig | undefined {
  return servicesOf(config).find((service) => service.name === name);
}

/** What autoland releases, in the order in which a change reaches them; []: the repository is only merged. */
export function servicesOf({
  service,
  services,
}: Pick<Config, 'service' | 'services'>): readonly ServiceConfig[] {
  return service === null ? services : [service];
}
