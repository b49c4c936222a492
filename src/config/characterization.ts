import { z } from 'zod';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { type CrossProblem, unknownModel } from './cross-problem.ts';
import { count, repositoryPattern, wants } from './fields.ts';

const wantsModel = wants('the name of a model under models', 'write drivers: { model: NAME }');

const drivers = z.strictObject({
  model: z
    .string(wantsModel)
    .regex(/^[a-z][a-z0-9-]{0,39}$/, wantsModel)
    .describe('Who writes them, by its name in models'),
  most: z.int().min(1).max(20).default(5).describe('Of one change'),
  seconds: count.default(300).describe('No driver is begun after this long'),
  maxOutputTokens: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(32_000)
    .describe('Of the one answer, with what the model thinks; an answer that is cut off is none'),
});

/** The key `characterization`. */
export const characterization = z
  .strictObject({
    recordings: repositoryPattern
      .nullable()
      .default(null)
      .describe(
        'A file of the protected branch with calls that production made (autoland recorder); null: none',
      ),
    drivers: drivers
      .nullable()
      .default(null)
      .describe(
        "Tests that a model writes of packages, where the project's own notice too little; null: none",
      ),
  })
  .describe('What packages are seen to do, old version against new');

/** The model that writes drivers, where there is none of that name. Of other shapes it says nothing. */
export function driverProblems(config: Readonly<Record<string, unknown>>): readonly CrossProblem[] {
  const { characterization: own, models } = config;
  if (!isRecord(own) || !isRecord(own.drivers) || !isRecord(models)) return [];
  const { model } = own.drivers;
  if (typeof model !== 'string' || Object.hasOwn(models, model)) return [];
  return [unknownModel(models, ['characterization', 'drivers', 'model'])];
}
