import { z } from 'zod';
import { longestCheck } from '../domain/incident.ts';
import { count, repositoryFolder } from './fields.ts';

/** `agents.revert` */
export const revert = z
  .strictObject({
    enabled: z.boolean().default(true),
    maxCommits: z
      .int()
      .min(2)
      .max(1000)
      .default(50)
      .describe('How far back a commit whose tests pass is looked for'),
    maxAgeHours: count.default(48).describe('An older merge is for a person to take back'),
    maxPerDay: count
      .default(3)
      .describe('Reverts of any origin within 24 hours, after which a person decides'),
    people: z.boolean().default(false).describe('Commits that people brought are proposed for revert too'),
    check: z
      .string()
      .min(1)
      .max(longestCheck)
      .nullable()
      .default(null)
      .describe(
        "A shell's command that passes where users are well, for incidents that name none; null: such an incident waits for a person",
      ),
    serve: z
      .boolean()
      .default(false)
      .describe('Whether the service is started for that command, which finds it at $URL'),
  })
  .prefault({});

/** `agents.drivers` */
export const drivers = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether tests that a model wrote, and that earned their place, are proposed'),
    path: repositoryFolder
      .default('tests/drivers')
      .describe('The folder that they are put into; the test command has to run it'),
    maxFiles: z.int().min(1).max(50).default(5).describe('Of one proposal'),
    maxLines: count.default(400).describe('Of one proposal'),
  })
  .prefault({});
