import { z } from 'zod';
import { urlObstacle } from '../domain/receiver-url.ts';
import { wants } from './fields.ts';
import { parseMachineFile } from './machine-file.ts';

const wantsUrl = wants(
  'a URL that begins with https:// (or http:// on this machine), without user name, password, query and fragment',
  'write it as https://api.github.com or https://github.example.com/api/v3',
);

const host = z.strictObject({
  url: z
    .string(wantsUrl)
    .refine((text) => urlObstacle(text) === undefined && !/[?#\s]/.test(text), wantsUrl)
    .default('https://api.github.com')
    .describe('Where its REST API is; of GitHub Enterprise Server below /api/v3'),
  tokenFile: z
    .string()
    .startsWith('/', wants('an absolute path', 'name a file that only its owner can read'))
    .describe('Holds a token that may read issues and nothing else, alone in one line; mode 0600'),
});

/** `issues.yaml` of one machine: where issues are read, and which token goes there. */
export const issueHostsSchema = z.strictObject({
  version: z.literal(1, wants('version 1, the only one there is', 'write version: 1 as the first line')),
  hosts: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), host).default({}),
});

export type IssueHosts = z.output<typeof issueHostsSchema>['hosts'];
export type IssueHost = IssueHosts[string];

/** Throws `config.invalid` with one line for each problem. */
export function parseIssueHosts(text: string, fileName: string): IssueHosts {
  return parseMachineFile(issueHostsSchema, { text, fileName, guide: 'docs/guide/agents.md' }).hosts;
}
