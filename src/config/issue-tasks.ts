import { z } from 'zod';
import { issueAssociations } from '../domain/issue.ts';
import { count, instant, wants } from './fields.ts';
import { taskFields, taskName } from './task-fields.ts';

const wantsRepository = wants('owner and name of a repository', 'write it as acme/shop');
const wantsLogin = wants(
  'the login of a person',
  'write it as the host shows it, without @; an app or a bot is none',
);
const login = z.string(wantsLogin).regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/, wantsLogin);
const wantsLabel = wants('a label', 'write it as the host shows it, without commas');
const label = z.string(wantsLabel).regex(/^[^\p{Cc},]{1,50}$/u, wantsLabel);
const wantsPeople = wants('at least one login', 'name who may put the label on: labelledBy: [alice]');

const github = z
  .strictObject({
    host: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/)
      .default('github')
      .describe("A host that the machine's issues.yaml names"),
    repository: z
      .string(wantsRepository)
      .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/(?!\.{1,2}$)[\w.-]{1,100}$/, wantsRepository),
    labelledBy: z
      .array(login)
      .min(1, wantsPeople)
      .max(100)
      .describe('Who may put one of the labels on, by login: of others it counts for nothing'),
    authors: z
      .strictObject({
        associations: z.array(z.enum(issueAssociations)).default(['OWNER', 'MEMBER', 'COLLABORATOR']),
        logins: z.array(login).max(100).default([]),
      })
      .prefault({})
      .describe('Whose issues count: by what they are to the repository, or by login'),
  })
  .describe('null: issues are files below .autoland/issues/ of the protected branch');

const issueTask = z.strictObject({
  github: github.nullable().default(null),
  labels: z
    .array(label)
    .min(1, wants('at least one label', 'leave labels out for autoland'))
    .max(5)
    .default(['autoland'])
    .describe('One of them must be on the issue'),
  ...taskFields,
  perDay: count.default(3).describe('Tasks that are begun within any 24 hours'),
  atOnce: count.default(1).describe('Tasks, and changes of them, that are under way at once'),
  until: instant.describe('From then on none is begun'),
});

export type IssueTask = z.output<typeof issueTask>;

/** The key `agents.tasks.issues`. */
export const issueTasks = z
  .record(taskName, issueTask)
  .default({})
  .describe('Tasks that are begun for issues, by rules of yours');
